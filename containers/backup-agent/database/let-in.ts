// Lets connections into a database again that was closed for a change of names.
import { log } from '../log.ts';
import { closeClient, createClient } from './open-snapshot.ts';

/** On a connection of its own: the one that closed it may be what broke. What cannot be undone here is said, for it locks everybody out. */
export async function letIn(database: string): Promise<void> {
  const client = createClient('postgres');
  const statement = `ALTER DATABASE ${client.escapeIdentifier(database)} ALLOW_CONNECTIONS true`;
  try {
    await client.connect();
    await client.query(statement);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    log('error', `nobody may be able to connect to ${database} (${words}): run ${statement}`);
  } finally {
    await closeClient(client);
  }
}

// `automation incident` and `automation circuit`: what went wrong, where nothing goes back by itself, and how a person ends both.
import { ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type CircuitRecord, circuitRecord } from '../../contracts/ledger/circuits.ts';
import type { LedgerKey } from '../../contracts/ledger/item.ts';
import { type IncidentRecord, incidentRecord } from '../../contracts/ledger/rollbacks.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { Connection } from '../connection.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { recordDecision } from '../ledger-writer.ts';
import { CommandFailure, exitCodes, printable, renderTable } from '../output.ts';

/** Who closes something, and why. */
export interface Closing {
  readonly reason: string;
  readonly actor: string;
  /** ISO 8601. */
  readonly now: string;
}

/** Newest first; without `all` those that are not closed. */
export async function listIncidents(connection: Connection, { all }: { all: boolean }): Promise<IncidentRecord[]> {
  const records = await createLedgerReader(connection).listByKind(ledgerKind.incident, incidentRecord, {
    newestFirst: true,
  });
  return records.filter(({ status }) => all || status !== 'closed');
}

export function renderIncidents(records: readonly IncidentRecord[]): string {
  if (records.length === 0) return 'no incident';
  const rows = records.map(({ rollbackId, status, environment, services, openedAt, reason }) => [
    rollbackId,
    status,
    environment,
    services.join(', '),
    openedAt,
    printable(reason),
  ]);
  return renderTable(['INCIDENT', 'STATUS', 'ENVIRONMENT', 'SERVICES', 'SINCE', 'WHAT'], rows);
}

/** What the open incident held up may go on. */
export async function closeIncident(connection: Connection, id: string, closing: Closing): Promise<IncidentRecord> {
  const found = await createLedgerReader(connection).find(ledgerKey.incident(id), incidentRecord);
  if (found === undefined || found.status === 'closed') throw notFound(`incident ${id}`, 'incident list');
  await recordClosing(connection, 'close-incident', `incident ${id}`, found, closing);
  await close(connection, ledgerKey.incident(id), closing);
  return { ...found, status: 'closed' };
}

export async function listCircuits(connection: Connection): Promise<CircuitRecord[]> {
  const records = await createLedgerReader(connection).listByKind(ledgerKind.circuit, circuitRecord);
  return records.filter(({ status }) => status === 'open');
}

export function renderCircuits(records: readonly CircuitRecord[]): string {
  if (records.length === 0) return 'no circuit is open: what hurts goes back by itself where the configuration says so';
  const rows = records.map(({ scope, openedAt, rule, reason }) => [scope, openedAt, rule, printable(reason)]);
  return renderTable(['CIRCUIT', 'OPEN SINCE', 'RULE', 'BECAUSE'], rows);
}

/** From now on alerts may take releases back again; the incident that was opened with it is closed as well. */
export async function closeCircuit(connection: Connection, scope: string, closing: Closing): Promise<CircuitRecord> {
  const found = await createLedgerReader(connection).find(ledgerKey.circuit(scope), circuitRecord);
  if (found?.status !== 'open') throw notFound(`circuit ${scope}`, 'circuit list');
  await recordClosing(connection, 'close-circuit', `the circuit ${scope}`, found, closing);
  await close(connection, ledgerKey.incident(found.rollbackId), closing);
  await close(connection, ledgerKey.circuit(scope), closing);
  return { ...found, status: 'closed' };
}

async function recordClosing(
  connection: Connection,
  rule: string,
  what: string,
  { rollbackId, correlationId, reason: openedBecause }: CircuitRecord | IncidentRecord,
  { actor, reason, now }: Closing,
): Promise<void> {
  await recordDecision(connection, {
    id: `${rule}-${rollbackId}-${now}`,
    rule,
    words: `${actor} closes ${what}: ${reason}`,
    inputs: { openedBecause },
    occurredAt: now,
    cause: { correlationId, causationId: rollbackId },
  });
}

async function close(connection: Connection, { pk, sk }: LedgerKey, { actor, reason, now }: Closing): Promise<void> {
  const command = new UpdateItemCommand({
    TableName: connection.deployment.ledgerTableName,
    Key: { pk: { S: pk }, sk: { S: sk } },
    UpdateExpression: 'SET #status = :closed, closedAt = :at, closedBy = :by, closedBecause = :because',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':closed': { S: 'closed' },
      ':at': { S: now },
      ':by': { S: actor },
      ':because': { S: reason },
    },
  });
  try {
    await connection.dynamoDb.send(command);
  } catch (error) {
    // A circuit whose incident could not be recorded is closed all the same.
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

function notFound(what: string, command: string): CommandFailure {
  return new CommandFailure(`${what} is not open: see \`automation ${command}\``, exitCodes.notFound);
}

// A database of the world over a kill of the world: its server is left behind, and must not meet a second one on its folder.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { Client } from 'pg';
import { startServer } from '../../../local/world/postgres/server.ts';

it('ends the server that a killed world left behind, and keeps what it had', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'postgres-test-'));
  const access = { user: 'postgres', password: 'x' };
  const query = async (port: number, text: string) => {
    const client = new Client({ host: '127.0.0.1', port, database: 'postgres', ...access });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query(text);
    await client.end();
    return rows;
  };
  const left = await startServer({ directory, ...access });
  await query(left.port, 'CREATE TABLE kept AS SELECT 1 AS one');
  const next = await startServer({ directory, ...access });
  await left.exited;
  expect(await query(next.port, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  await next.stop();
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

// A database of the world: its archive, and what happens over a kill of the world, which leaves its server behind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import { Client } from 'pg';
import { findLastCommit } from '../../../core/point-in-time/read-commits.ts';
import { archiveDatabase } from '../../../local/world/postgres/archive/archive-database.ts';
import type { ArchiveStore } from '../../../local/world/postgres/archive/archive-store.ts';
import { startServer } from '../../../local/world/postgres/server.ts';

const access = { user: 'postgres', password: 'x' };

it('archives a log whose transactions can be read off it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'postgres-test-'));
  const server = await startServer({ directory, ...access });
  const stored = new Map<string, Buffer>();
  let failures = 0;
  const store: ArchiveStore = {
    async put(key, body) {
      // The store is away at first: nothing is lost by it.
      failures += 1;
      if (failures === 1) throw new Error('away');
      stored.set(key, body);
    },
    async putStream(key, body) {
      const chunks: Buffer[] = [];
      for await (const chunk of body) chunks.push(chunk as Buffer);
      stored.set(key, Buffer.concat(chunks));
    },
    has: async () => true,
  };
  const failed: string[] = [];
  const onFailure = (_: string, error: Error) => void failed.push(error.message);
  const archive = archiveDatabase({ server, ...access, store, takesFirst: true, onFailure });
  const client = new Client({ host: '127.0.0.1', port: server.port, database: 'postgres', ...access });
  await client.connect();
  await client.query('CREATE TABLE filled (n int, words text)');
  // Over several segments, so that records span pages and segments.
  for (let round = 0; round < 12; round += 1)
    await client.query(`INSERT INTO filled SELECT n, repeat('x', 200) FROM generate_series(1, 10000) n`);
  const { rows } = await client.query<{ at: string }>(`SELECT extract(epoch FROM clock_timestamp())::text AS at`);
  const afterLast = Number(rows[0]?.at);
  await archive.flush();
  const flushedBy = Date.now() / 1000;
  await client.end();

  const segments = [...stored.keys()].filter((key) => /\/[0-9A-F]{24}\.gz$/.test(key)).sort();
  expect(segments.length).toBeGreaterThan(2);
  const commits = segments.map((key) => findLastCommit(gunzipSync(stored.get(key) ?? Buffer.alloc(0))));
  const times = commits.flatMap((commit) => (commit === undefined ? [] : [commit / 1e6]));
  expect(times).toEqual(times.toSorted((left, right) => left - right));
  expect(times.at(-1)).toBeGreaterThan(afterLast);
  expect(times.at(-1)).toBeLessThanOrEqual(flushedBy);
  expect(failed).toEqual(['away']);

  const id = await archive.backUp();
  expect([...stored.keys()].filter((key) => key.startsWith(`base/${id}/`)).sort()).toEqual(
    ['backup.info', 'data.tar.gz', 'data_0001.tar.gz'].map((name) => `base/${id}/${name}`),
  );
  await server.stop();
  await archive.stop();
  rmSync(directory, { recursive: true, force: true });
}, 120_000);

it('reads nothing from what is no segment', () => {
  expect([Buffer.alloc(0), Buffer.alloc(8192), Buffer.from('x'.repeat(16384))].map(findLastCommit)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it('ends the server that a killed world left behind, and keeps what it had', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'postgres-test-'));
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

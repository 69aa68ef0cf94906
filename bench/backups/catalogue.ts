// The catalogue with 100,000 backups: listing it through the deployed adapter, and deciding what their age asks for.
import { createServer } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type BackupRecord, backupKeys, backupKinds } from '../../contracts/ledger/backups.ts';
import { planRetention } from '../../core/backups/plan-retention.ts';
import { createDynamoBackupStore } from '../../lambdas/adapters/dynamo-backup-store.ts';
import { DynamoLedger } from '../../lambdas/adapters/dynamo-ledger.ts';
import type { Benchmark } from '../benchmark.ts';
import { buildFigure, median } from '../compare.ts';

const [fullCount, quickCount] = [100_000, 25_000];
/** DynamoDB answers a query by a megabyte at a time. */
const pageBytes = 1_000_000;

export const backupCatalogue: Benchmark = {
  name: 'backup-catalogue',
  async *run({ isQuick, progress, afterwards }) {
    const count = isQuick ? quickCount : fullCount;
    const records = Array.from({ length: count }, (_, index) => buildRecord(index));
    const rounds = isQuick ? 1 : 7;
    const view = { now: '2026-11-24T02:00:00.000Z', lastVerified: new Set([records[count / 2]?.backupId ?? '']) };
    const planning = times(rounds, () => planRetention(records, { ...view, tagOf: ({ tier }) => tier }));
    yield buildFigure({
      ...{
        name: 'retention planning',
        value: median(planning),
        unit: 'ms',
        aim: '< 1 s for 100,000',
        note: `${count} backups`,
      },
      isMet: () => median(planning) < (1_000 * count) / fullCount,
    });

    progress('listing');
    const { url, close } = await serveQueries(records);
    afterwards(close);
    const client = new DynamoDBClient({
      ...{ endpoint: url, region: 'eu-central-1', maxAttempts: 1 },
      credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    });
    afterwards(() => client.destroy());
    const store = createDynamoBackupStore(new DynamoLedger(client, 'ledger'));
    const listing: number[] = [];
    for (let round = 0; round < (isQuick ? 1 : 3); round += 1) {
      const startedAt = performance.now();
      const found = await store.list('prod');
      if (found.length !== count) throw new Error(`${found.length} of ${count} backups were listed`);
      listing.push(performance.now() - startedAt);
    }
    yield buildFigure({
      ...{
        name: 'catalogue listing',
        value: median(listing) / 1000,
        unit: 's',
        aim: '< 60 s, which a function has, for 100,000',
      },
      isMet: () => median(listing) < (60_000 * count) / fullCount,
      note: `${count} backups in pages of 1 MB from a table that answers at once, each checked against its schema`,
    });
  },
};

function times(rounds: number, act: () => unknown): number[] {
  return Array.from({ length: rounds }, () => {
    const startedAt = performance.now();
    act();
    return performance.now() - startedAt;
  });
}

function buildRecord(index: number): BackupRecord {
  const startedAt = new Date(Date.UTC(2020, 0, 1) + index * 2_160_000).toISOString();
  const backupId = `prod.pyairtable.dump.${index}`;
  return {
    ...backupKeys.backup(backupId),
    ...{ kind: backupKinds.backup('prod'), sortKey: `${startedAt}#${backupId}`, backupId, environment: 'prod' },
    ...{ subject: 'database', name: 'pyairtable', method: 'dump', status: index % 10 === 0 ? 'expired' : 'complete' },
    ...{
      tier: index % 30 === 0 ? 'monthly' : 'daily',
      keepUntil: new Date(Date.parse(startedAt) + 2_592_000_000).toISOString(),
    },
    ...{ bucket: 'pyairtable-prod-backups', prefix: `database/${index}/pyairtable/`, startedAt, finishedAt: startedAt },
    ...{ bytes: 186_420_331, sha256: 'a'.repeat(64), rows: 2_114_502, tables: 14, engineVersion: '18.1' },
    ...{
      executionArn: 'arn:aws:states:eu-central-1:111122223333:execution:x:y',
      actor: 'back-up-database',
      correlationId: backupId,
    },
  };
}

async function serveQueries(records: readonly BackupRecord[]): Promise<{ url: string; close: () => void }> {
  const pages: { items: object[]; bytes: number }[] = [{ items: [], bytes: 0 }];
  for (const record of records) {
    const item = Object.fromEntries(
      Object.entries(record).map(([name, value]) => [
        name,
        typeof value === 'number' ? { N: String(value) } : { S: value },
      ]),
    );
    const bytes = JSON.stringify(item).length;
    const last = pages.at(-1);
    if (last !== undefined && last.bytes + bytes <= pageBytes) {
      last.items.push(item);
      last.bytes += bytes;
    } else pages.push({ items: [item], bytes });
  }
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      const { ExclusiveStartKey } = JSON.parse(text) as { ExclusiveStartKey?: { pk: { S: string } } };
      const index = Number(ExclusiveStartKey?.pk.S ?? 0);
      const more = index + 1 < pages.length ? { LastEvaluatedKey: { pk: { S: String(index + 1) } } } : {};
      const body = JSON.stringify({ Items: pages[index]?.items, Count: pages[index]?.items.length, ...more });
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

// What makes a restored database another one than was backed up.
import { describe, expect, it } from '@jest/globals';
import { compareFacts } from '../../../containers/backup-agent/compare-facts.ts';
import { checkEngine } from '../../../containers/backup-agent/get-manifest.ts';
import { describeDifference } from '../../../containers/backup-agent/restore.ts';
import { readSettings } from '../../../containers/backup-agent/settings.ts';
import { decidePartBytes } from '../../../containers/backup-agent/storage/upload-stream.ts';
import type { DatabaseFacts, Manifest } from '../../../contracts/backup-manifest.ts';

const facts: DatabaseFacts = {
  serverVersion: '18.1',
  serverVersionNumber: 180_001,
  databaseBytes: 1,
  tables: [
    { name: 'public.a', rows: 2 },
    { name: 'public.b', rows: 0 },
  ],
  constraints: 3,
  indexes: 2,
  schemaVersion: 'v2',
  newestRecordAt: '2026-11-24T01:00:00.000Z',
};
const manifest = { ...facts, snapshotAt: '2026-11-24T02:00:00.000Z' } as Manifest;

describe('a restored database', () => {
  it('is the one that was backed up when everything that was counted is there', () => {
    expect(compareFacts(manifest, facts, { maximumRecordAgeHours: 1 })).toEqual([]);
  });

  it.each<[string, Partial<Manifest>, Partial<DatabaseFacts>, string]>([
    [
      'a row is missing',
      {},
      {
        tables: [
          { name: 'public.a', rows: 1 },
          { name: 'public.b', rows: 0 },
        ],
      },
      'table public.a has 1 rows, the backup counted 2',
    ],
    ['a table is missing', {}, { tables: [{ name: 'public.a', rows: 2 }] }, 'table public.b is missing'],
    [
      'there is one table too many',
      {},
      { tables: [...facts.tables, { name: 'public.c', rows: 0 }] },
      'table public.c is not in the manifest',
    ],
    ['the schema is another', {}, { schemaVersion: 'v1' }, 'schemaVersion is v1, the backup had v2'],
    ['a constraint is missing', {}, { constraints: 2 }, 'constraints is 2, the backup had 3'],
    ['an index is missing', {}, { indexes: 1 }, 'indexes is 1, the backup had 2'],
    [
      'the newest record is missing',
      {},
      { newestRecordAt: '2026-11-23T01:00:00.000Z' },
      'newestRecordAt is 2026-11-23',
    ],
    ['the schema was empty', { tables: [] }, { tables: [] }, 'the schema is empty'],
  ])('is another when %s', (_, ofManifest, ofRestored, words) => {
    expect(compareFacts({ ...manifest, ...ofManifest }, { ...facts, ...ofRestored })).toEqual([
      expect.stringContaining(words),
    ]);
  });

  it('does not count when something had stopped writing long before the backup', () => {
    const stale = '2026-11-14T02:00:00.000Z';
    const words = compareFacts(
      { ...manifest, newestRecordAt: stale },
      { ...facts, newestRecordAt: stale },
      { maximumRecordAgeHours: 24 },
    );
    expect(words).toEqual(['the backup is stale: its newest record is 240 h old, allowed are 24']);
  });
});

describe('the engine', () => {
  it('must be of the same major version', () => {
    expect(() => checkEngine(manifest, 180_004)).not.toThrow();
    expect(() => checkEngine(manifest, 150_014)).toThrow(
      'wrong engine version: the backup is of PostgreSQL 18, the scratch server is 15',
    );
  });
});

describe('the difference to the live database', () => {
  it('is told table by table, and is no obstacle when the live one cannot be read', () => {
    const live = {
      ...facts,
      tables: [
        { name: 'public.a', rows: 9 },
        { name: 'public.c', rows: 1 },
      ],
    };
    expect(describeDifference(facts, live)).toBe(
      'restored and whole; rows now → restored: public.a 9 → 2, public.b absent → 0, public.c 1 → absent',
    );
    expect(describeDifference(facts, facts)).toContain('as many rows as the live one');
    expect(describeDifference(facts, undefined)).toContain('cannot be read');
  });
});

describe('parts of an upload', () => {
  it('are few enough for any database', () => {
    for (const bytes of [0, 1e9, 1e12, 4e13]) expect(bytes / decidePartBytes(bytes)).toBeLessThan(9_500);
    expect(decidePartBytes(1e9)).toBe(8 * 1024 * 1024);
  });
});

describe('settings', () => {
  const variables = {
    AGENT_JOB: 'j',
    AGENT_ENVIRONMENT: 'dev',
    AGENT_DATABASE: 'd',
    AGENT_BUCKET: 'b',
    AGENT_BACKUP_ID: 'i',
    AGENT_PREFIX: 'p/',
    AGENT_TIER: 'daily',
    AGENT_KEEP_UNTIL: '2026-12-24T02:00:00.000Z',
  };

  it('name all that is missing together, and refuse what makes no sense', () => {
    expect(() => readSettings({})).toThrow('AGENT_JOB, AGENT_ENVIRONMENT, AGENT_DATABASE');
    expect(() => readSettings({ ...variables, AGENT_DUMP_FORMAT: 'tar' })).toThrow('must be custom or plain, got tar');
    expect(() => readSettings({ ...variables, AGENT_KEEP_UNTIL: 'soon' })).toThrow('AGENT_KEEP_UNTIL must be a time');
    expect(readSettings(variables).retention).toMatchObject({ tier: 'daily', lock: 'GOVERNANCE' });
  });
});

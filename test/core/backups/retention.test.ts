// Ten years of nights against the lifecycle's own rules: what is promised is there, and nothing stays longer than it may.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type BackupRecord, backupTiers } from '../../../contracts/ledger/backups.ts';
import { erasureDays, retentionDays } from '../../../contracts/retention.ts';
import { keptTag, planRetention } from '../../../core/backups/plan-retention.ts';
import { decideKeepUntil, decideTier, tierHorizon } from '../../../core/backups/retention.ts';
import { decideLifecycle } from '../../../local/services/s3/lifecycle/decide-lifecycle.ts';
import type { ObjectVersion } from '../../../local/services/s3/objects/object-version.ts';

const day = 86_400_000;
const retention = { dailyDays: 30, weeklyWeeks: 12, monthlyMonths: 12 };
/** As lib/backups/backup-bucket.ts writes them. */
const rules = [
  ...backupTiers.map((tier) => ({
    Status: 'Enabled' as const,
    Filter: { Tag: { Key: 'retention', Value: tier } },
    Expiration: { Days: retentionDays(retention, tier) },
  })),
  { Status: 'Enabled' as const, Filter: { Prefix: '' }, NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
];

interface Simulated {
  readonly record: BackupRecord;
  tag: string;
  /** When the lifecycle hid it, and when its last byte went. */
  hiddenAt?: number;
  erasedAt?: number;
}

const buildRecord = (
  startedAt: string,
  earlier: readonly BackupRecord[],
  status: BackupRecord['status'],
): BackupRecord => {
  const tier = decideTier(startedAt, earlier);
  return {
    pk: startedAt,
    sk: 'BACKUP',
    kind: 'backup#prod',
    sortKey: startedAt,
    backupId: startedAt,
    environment: 'prod',
    subject: 'database',
    name: 'pyairtable',
    method: 'dump',
    status,
    tier,
    keepUntil: decideKeepUntil(startedAt, tier, retention),
    bucket: 'b',
    prefix: 'p/',
    startedAt,
    executionArn: 'run',
    actor: 'x',
    correlationId: 'y',
  };
};

/** One night after the other: a backup, on Sundays a proof, the retention's tags, and the lifecycle at midnight. */
function simulate(
  nights: number,
  fails: (night: number) => boolean,
  proves: (night: number) => boolean,
  holds: (night: number) => boolean,
) {
  const all: Simulated[] = [];
  /** Those of which a byte is left. */
  let alive: Simulated[] = [];
  let lastVerified: Simulated | undefined;
  const begin = Date.UTC(2026, 10, 26, 2);
  const record: BackupRecord[] = [];
  for (let night = 0; night < nights; night += 1) {
    const now = begin + night * day;
    const startedAt = new Date(now).toISOString();
    const recent = record.slice(-45).filter((one) => one.startedAt >= tierHorizon(startedAt));
    const made = {
      ...buildRecord(startedAt, recent, fails(night) ? 'failed' : 'complete'),
      ...(holds(night) ? { legalHold: true } : {}),
    };
    record.push(made);
    if (made.status === 'complete') {
      all.push({ record: made, tag: made.tier });
      alive.push(all.at(-1) as Simulated);
    }
    if (proves(night)) lastVerified = all.at(-1) ?? lastVerified;
    const there = alive.filter(({ hiddenAt }) => hiddenAt === undefined);
    const byId = new Map(there.map((one) => [one.record.backupId, one]));
    const actions = planRetention(
      there.map((one) => one.record),
      {
        now: new Date(now + 2.5 * 3_600_000).toISOString(),
        lastVerified: new Set(lastVerified ? [lastVerified.record.backupId] : []),
        tagOf: ({ backupId }) => byId.get(backupId)?.tag ?? '',
      },
    );
    for (const action of actions)
      if (action.kind === 'tag') Object.assign(byId.get(action.backup.backupId) ?? {}, { tag: action.tag });
    const midnight = Math.ceil(now / day) * day;
    for (const one of alive) age(one, midnight);
    checkNight(alive, lastVerified, now);
    alive = alive.filter(({ erasedAt }) => erasedAt === undefined);
  }
  return { all, lastVerified, end: begin + nights * day };
}

function age(one: Simulated, midnight: number): void {
  if (one.erasedAt !== undefined) return;
  const version = {
    key: 'p/dump.zst',
    versionId: '1',
    lastModified: Date.parse(one.record.startedAt),
    content: { tags: { retention: one.tag }, size: 1 },
  };
  const marker = one.hiddenAt === undefined ? [] : [{ key: 'p/dump.zst', versionId: '2', lastModified: one.hiddenAt }];
  const actions = decideLifecycle(rules, [...marker, version] as unknown as ObjectVersion[], midnight);
  if (actions.some(({ kind }) => kind === 'expire')) one.hiddenAt = midnight;
  if (actions.some((action) => action.kind === 'remove' && action.version.versionId === '1')) one.erasedAt = midnight;
}

/** What must hold on every single night. */
function checkNight(all: readonly Simulated[], lastVerified: Simulated | undefined, now: number): void {
  for (const { record, hiddenAt, erasedAt, tag } of all) {
    if (now < Date.parse(record.keepUntil) && hiddenAt !== undefined)
      throw new Error(`${record.backupId} (${record.tier}) was gone before its time`);
    const isOutranked = record.legalHold === true || lastVerified?.record === record || tag === keptTag;
    const late = now - Date.parse(record.keepUntil) > erasureDays * day;
    if (late && !isOutranked && erasedAt === undefined && hiddenAt === undefined)
      throw new Error(`${record.backupId} was kept too long`);
    if (record.legalHold === true && hiddenAt !== undefined)
      throw new Error(`${record.backupId} is on legal hold and gone`);
  }
  if (lastVerified?.hiddenAt !== undefined) throw new Error('the last proven backup is gone');
}

const every =
  (n: number, offset = 0) =>
  (night: number): boolean =>
    night % n === offset;
const never = (): boolean => false;

describe('ten years of nights', () => {
  it('keep the promise of each tier to the day, and no byte longer than three days after', () => {
    const { all, end } = simulate(3653, never, every(7, 3), never);
    for (const { record, erasedAt } of all) {
      const due = Date.parse(record.keepUntil) + erasureDays * day;
      if (due < end) expect((erasedAt ?? Infinity) <= due || record.backupId === 'kept').toBe(true);
    }
    const there = all.filter(({ hiddenAt }) => hiddenAt === undefined).map(({ record }) => record);
    expect(there.filter(({ startedAt }) => end - Date.parse(startedAt) <= 30 * day)).toHaveLength(30);
    for (let month = 1; month <= 11; month += 1) {
      const begin = new Date(end);
      begin.setUTCMonth(begin.getUTCMonth() - month, 1);
      expect(
        there.some(
          ({ startedAt, tier }) => tier === 'monthly' && startedAt.startsWith(begin.toISOString().slice(0, 7)),
        ),
      ).toBe(true);
    }
    expect(there.length).toBeLessThanOrEqual(30 + 13 + 13);
  });

  it('hold whatever fails, whatever is proven and whatever is held', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 3, max: 90 }),
        fc.integer({ min: 50, max: 400 }),
        (fail, prove, hold) => {
          simulate(900, (night) => night % fail === fail - 1 && fail > 1, every(prove), every(hold, 7));
        },
      ),
      { numRuns: 8, seed: 4 },
    );
  });

  it('never lose the last proven backup, even when nothing is proven for years', () => {
    const { lastVerified } = simulate(
      1_500,
      (night) => night > 20,
      (night) => night === 10,
      never,
    );
    expect(lastVerified?.tag).toBe(keptTag);
    expect(lastVerified?.hiddenAt).toBeUndefined();
  });
});

describe('the tier', () => {
  const night = (startedAt: string, tier: BackupRecord['tier'], status: BackupRecord['status'] = 'complete') => ({
    startedAt,
    tier,
    status,
  });

  it('of the first good backup of a month is monthly, of a week weekly, of any other daily', () => {
    expect(decideTier('2026-12-01T02:00:00.000Z', [night('2026-11-30T02:00:00.000Z', 'weekly')])).toBe('monthly');
    const december = [night('2026-12-01T02:00:00.000Z', 'monthly')];
    expect(decideTier('2026-12-02T02:00:00.000Z', december)).toBe('daily');
    expect(decideTier('2026-12-07T02:00:00.000Z', december)).toBe('weekly');
  });

  it('passes to the next night when the first one failed', () => {
    expect(decideTier('2026-12-02T02:00:00.000Z', [night('2026-12-01T02:00:00.000Z', 'monthly', 'failed')])).toBe(
      'monthly',
    );
  });

  it('knows leap years and the turn of a year', () => {
    expect(
      decideTier('2028-02-29T02:00:00.000Z', [
        night('2028-02-01T02:00:00.000Z', 'monthly'),
        night('2028-02-28T02:00:00.000Z', 'weekly'),
      ]),
    ).toBe('daily');
    // The week of Monday, 30 December 2024 goes on in January.
    expect(decideTier('2025-01-02T02:00:00.000Z', [night('2025-01-01T02:00:00.000Z', 'monthly')])).toBe('daily');
    expect(tierHorizon('2025-01-02T02:00:00.000Z')).toBe('2024-12-30T00:00:00.000Z');
  });

  it('promises whole months, whichever they are', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2026-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
        fc.integer({ min: 3, max: 120 }),
        (date, months) => {
          const end = new Date(date);
          end.setUTCMonth(end.getUTCMonth() + months);
          const promised = date.getTime() + retentionDays({ ...retention, monthlyMonths: months }, 'monthly') * day;
          return promised >= date.getTime() + Math.min(end.getTime() - date.getTime(), months * 30.4 * day);
        },
      ),
      { seed: 4 },
    );
  });
});

it('plans the retention of 100,000 backups without looking at any of them twice', () => {
  const base = buildRecord('2026-11-26T02:00:00.000Z', [], 'complete');
  const backups = Array.from({ length: 100_000 }, (_, index) => ({ ...base, backupId: String(index) }));
  let looks = 0;
  const tagOf = ({ tier }: BackupRecord): string => {
    looks += 1;
    return tier;
  };
  planRetention(backups, { now: '2026-12-01T00:00:00.000Z', lastVerified: new Set(['7']), tagOf });
  expect(looks).toBe(100_000);
});

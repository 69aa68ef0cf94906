// A drill's plan, its judgement against the targets, its scorecard, and what a cut-off one leaves to the next.
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import { recoveryDetailSchema, recoveryDrillFailedExample } from '../../../contracts/events/recovery.ts';
import type { BackupRecord } from '../../../contracts/ledger/backups.ts';
import { type RecoveryDrillRecord, type Score, scorecardSchema } from '../../../contracts/ledger/recovery-drills.ts';
import { beginDrill, type DrillStore } from '../../../core/recovery/begin-drill.ts';
import { buildDrillJob, drillLabel } from '../../../core/recovery/build-drill-job.ts';
import { chooseForDrill, planDrill } from '../../../core/recovery/plan-drill.ts';
import { asInRecoveryRegion } from '../../../core/recovery/recovery-side.ts';
import { renderScorecard } from '../../../core/recovery/render-scorecard.ts';
import { type RecoverySources, scoreDrill } from '../../../core/recovery/score-drill.ts';
import { type DrillSettlement, settleDrill } from '../../../core/recovery/settle-drill.ts';

const configuration = loadConfiguration(new URL('../../../config/pyairtable.yaml', import.meta.url).pathname);
const startedAt = '2026-12-01T07:00:00.000Z';

function backup(day: string, changed: Partial<BackupRecord> = {}): BackupRecord {
  return {
    ...{ pk: '', sk: '', kind: '', sortKey: '', backupId: `prod.pyairtable.dump.${day}`, environment: 'prod' },
    ...{ subject: 'database', name: 'pyairtable', method: 'dump', status: 'complete', tier: 'daily' },
    ...{
      keepUntil: '2027-01-01T00:00:00.000Z',
      bucket: 'pyairtable-prod-backups',
      prefix: `database/${day}/pyairtable/`,
    },
    ...{
      startedAt: `2026-12-0${day}T02:00:00.000Z`,
      replicatedAt: 'then',
      executionArn: '',
      actor: '',
      correlationId: '',
    },
    ...changed,
  } as BackupRecord;
}

const plan = planDrill(configuration, {}, { startedAt, backups: [backup('1')], unfinished: [] });
const ended = {
  ...{ job: plan.restores[0]?.job ?? '', environment: 'prod', status: 'succeeded' as const, reason: '' },
  ...{ startedAt, finishedAt: '2026-12-01T07:02:05.000Z' },
};

describe('the plan of a drill', () => {
  it('restores the newest backup that has arrived, from the replica, into a database of its own', () => {
    const backups = [
      backup('1'),
      backup('2'),
      backup('3', { replicatedAt: undefined }),
      backup('4', { status: 'failed' }),
    ];
    const { restores, sweeps, missing, environments } = planDrill(
      configuration,
      {},
      { startedAt, backups, unfinished: [] },
    );
    expect(environments).toEqual(['prod']);
    expect(
      restores.map(({ backup: { backupId, bucket }, databaseBeside }) => [backupId, bucket, databaseBeside]),
    ).toEqual([['prod.pyairtable.dump.2', 'pyairtable-prod-backups-replica', 'pyairtable_drill_20261201_070000']]);
    expect(sweeps.map(({ command, databaseBeside }) => [command, databaseBeside])).toEqual([
      ['sweep-drills', 'pyairtable_drill_'],
    ]);
    expect(missing).toEqual([]);
  });

  it.each<[string, BackupRecord[], string, RegExp]>([
    [
      'the newest proven one',
      [backup('1', { verifiedAt: 'then' }), backup('2')],
      '1',
      /newest that was proven, at then/,
    ],
    [
      'a newer one when the proven one is too old',
      [backup('1', { verifiedAt: 'then', startedAt: '2026-11-28T02:00:00.000Z' }), backup('2')],
      '2',
      /proven one is 4620 min old where 1560 are allowed/,
    ],
    [
      'the newest that is not known to be broken',
      [backup('1'), backup('2', { verificationFailure: 'x' })],
      '1',
      /none/,
    ],
    ['a broken one before none at all', [backup('1', { verificationFailure: 'x' })], '1', /none/],
  ])('takes %s, and says why', (_, backups, day, why) => {
    expect(chooseForDrill(backups, startedAt, 26 * 60)).toMatchObject({
      ...{ backup: { backupId: `prod.pyairtable.dump.${day}` }, why: expect.stringMatching(why) },
    });
  });

  it('fails a database of which nothing has arrived, and sweeps it all the same', () => {
    const { restores, sweeps, missing } = planDrill(configuration, {}, { startedAt, backups: [], unfinished: [] });
    expect([restores.length, sweeps.length]).toEqual([0, 1]);
    expect(missing).toMatchObject([{ dataClass: 'database', subject: 'pyairtable', passed: false }]);
  });

  it('refuses an environment that is not recovered, and names those that are', () => {
    expect(() => planDrill(configuration, { environment: 'dev' }, { startedAt, backups: [], unfinished: [] })).toThrow(
      /dev is not recovered in the recovery region, prod is/,
    );
  });

  it('tags the Job and its pods, and runs them in the cluster of the recovery region', () => {
    const [restore] = plan.restores;
    if (restore === undefined) throw new Error('nothing is restored');
    const { takenAt: _, why: __, ...task } = restore;
    const job = buildDrillJob(asInRecoveryRegion(configuration), { ...task, drillId: plan.drillId });
    const labels = { [drillLabel]: plan.drillId };
    expect(job).toMatchObject({
      ...{ cluster: 'pyairtable-recovery', namespace: 'pyairtable-prod' },
      manifest: { metadata: { labels }, spec: { template: { metadata: { labels } } } },
    });
  });
});

const sources: RecoverySources = {
  findResult: async () => ({
    outcome: 'succeeded',
    reason: 'restored and whole',
    finishedAt: startedAt,
    restoreSeconds: 5,
  }),
  listBackups: async () => [backup('1', { subject: 'configuration', method: 'configuration' })],
  readConfiguration: async () => ({
    ...{
      version: 1,
      backupId: 'c',
      environment: 'prod',
      cluster: 'c',
      takenAt: startedAt,
      objects: 3,
      bytes: 1,
      files: [],
    },
  }),
  listRunning: async () => [{ service: 'api-gateway', image: 'ghcr.io/x', digest: `sha256:${'1'.repeat(64)}` }],
  hasImage: async () => true,
  checkSecrets: async () => ({ missing: [], all: 10 }),
  findReplication: async () => ({
    ...{
      pk: '',
      sk: '',
      kind: '',
      sortKey: '',
      dataClass: 'ledger',
      subject: 'ledger',
      state: 'in-time',
      since: startedAt,
    },
    ...{ measuredAt: startedAt, rpoSeconds: 1, targetSeconds: 300, reason: '' },
  }),
  now: () => startedAt,
};
const score = (changed: Partial<RecoverySources> = {}, restores = [ended]) =>
  scoreDrill({ configuration, sources: { ...sources, ...changed } }, plan, restores);
const reasonsOf = (scores: readonly Score[]) =>
  scores.filter(({ passed }) => !passed).map(({ dataClass, reason }) => `${dataClass}: ${reason}`);

describe('the judgement', () => {
  it('measures age and time of each class of data against the targets', async () => {
    const scores = await score();
    expect(scores.map(({ dataClass, passed }) => [dataClass, passed])).toEqual(
      ['database', 'configuration', 'images', 'secrets', 'ledger'].map((each) => [each, true]),
    );
    expect(scores[0]).toMatchObject({
      ...{ recoveryPointSeconds: 5 * 3600, recoveryPointTargetSeconds: 26 * 3600 },
      ...{ recoveryTimeSeconds: 125, recoveryTimeTargetSeconds: 4 * 3600 },
    });
  });

  it.each<[string, Partial<RecoverySources>, Partial<typeof ended>, string]>([
    [
      'the agent found it broken',
      { findResult: async () => ({ outcome: 'failed', reason: 'truncated', finishedAt: '' }) },
      {},
      'database: truncated',
    ],
    ['the Job told nothing', { findResult: async () => undefined }, {}, 'database: its Job is succeeded'],
    [
      'the Job failed',
      { findResult: async () => undefined },
      { status: 'failed' as never, reason: 'OOM' },
      'database: OOM',
    ],
    ['it took too long', {}, { finishedAt: '2026-12-01T12:00:00.000Z' }, 'took 18000 s where 14400 s are allowed'],
    ['no configuration has arrived', { listBackups: async () => [] }, {}, 'configuration: no backup'],
    [
      'a file was changed',
      { readConfiguration: () => Promise.reject(new Error('was changed')) },
      {},
      'configuration: was changed',
    ],
    ['an image is gone', { hasImage: async () => false }, {}, 'images: cannot be pulled: api-gateway'],
    [
      'the registry does not answer',
      { hasImage: () => Promise.reject(new Error('timed out')) },
      {},
      'images: timed out',
    ],
    [
      'a secret is not there',
      { checkSecrets: async () => ({ missing: ['slack'], all: 10 }) },
      {},
      'secrets: not there: slack',
    ],
    ['nobody measured the ledger', { findReplication: async () => undefined }, {}, 'ledger: no sweep'],
  ])('fails just that class when %s', async (_, changed, end, words) => {
    const failed = reasonsOf(await score(changed, [{ ...ended, ...end }]));
    expect(failed).toEqual([expect.stringContaining(words)]);
  });
});

function openSettlement(changed: Partial<DrillSettlement> = {}) {
  const objects = new Map<string, string>();
  const records = new Map<string, RecoveryDrillRecord>();
  const published: { detailType: string; detail: unknown }[] = [];
  const holders: { drillId: string; executionArn: string }[] = [];
  const store: DrillStore = {
    async claim(run, deadHolder) {
      const [held] = holders;
      if (held !== undefined && ![run.executionArn, deadHolder].includes(held.executionArn))
        return { pk: '', sk: '', ...held };
      holders.splice(0, 1, run);
      return undefined;
    },
    release: async () => void holders.splice(0),
    find: async (id) => records.get(id),
    list: async () => [...records.values()],
    put: async (record) => void records.set(record.drillId, record),
  };
  const parts: DrillSettlement = {
    ...{ configuration, store },
    findResult: async () => ({
      outcome: 'succeeded',
      reason: 'dropped',
      finishedAt: '',
      droppedDatabases: ['pyairtable_drill_1'],
    }),
    stopJobs: async () => ({ removed: ['Job late', `Job ${plan.sweeps[0]?.job}`], left: [] }),
    putObject: async (_, key, body) => void objects.set(key, body),
    publisher: {
      publish: async ({ detailType, detail }) => void published.push({ detailType, detail }),
    } as DrillSettlement['publisher'],
    now: () => '2026-12-01T07:10:00.000Z',
    ...changed,
  };
  return { parts, store, objects, records, published, holders };
}
const sweep = { ...ended, job: plan.sweeps[0]?.job ?? '' };
const end = { plan, scores: [], stopped: ['Job drill'], sweeps: [sweep], executionArn: 'arn:this' };

describe('the end of a drill', () => {
  it('stores the scorecard as data and as a page, and tells', async () => {
    const { parts, objects, published, records } = openSettlement();
    expect(await settleDrill(parts, { ...end, scores: await score() })).toMatchObject({
      outcome: 'passed',
      restores: 1,
    });
    const card = scorecardSchema.parse(JSON.parse(objects.get(`${plan.key}.json`) ?? ''));
    expect(card.sweep).toEqual({ removed: ['Job drill', 'database pyairtable_drill_1', 'Job late'], left: [] });
    expect(objects.get(`${plan.key}.html`)).toContain(
      '<td class="n">5 h</td><td class="n">26 h</td><td class="n">2 min</td>',
    );
    expect(published.map(({ detailType }) => detailType)).toEqual(['RecoveryDrillPassed']);
    expect(recoveryDetailSchema.safeParse(published[0]?.detail).success).toBe(true);
    expect(records.get(plan.drillId)?.status).toBe('passed');
  });

  it.each<[string, Partial<DrillSettlement>, Partial<typeof sweep>]>([
    ['a Job is left', { stopJobs: async () => ({ removed: [], left: ['pod drill-x'] }) }, {}],
    ['the sweep told nothing', { findResult: async () => undefined }, {}],
    ['the sweep failed', {}, { status: 'failed' as never, reason: 'no connection' }],
  ])('has failed when %s, whatever was restored', async (_, changed, swept) => {
    const { parts, published } = openSettlement(changed);
    const { outcome } = await settleDrill(parts, { ...end, scores: await score(), sweeps: [{ ...sweep, ...swept }] });
    expect([outcome, published[0]?.detailType]).toEqual(['failed', 'RecoveryDrillFailed']);
  });

  it('marks a drill that was cut off as swept, once nothing of it is left', async () => {
    const { parts, store, records } = openSettlement();
    const none = async () => [];
    await beginDrill(configuration, store, none, { startedAt: '2026-11-01T07:00:00.000Z', executionArn: 'arn:dead' });
    const again = { request: { sweepOnly: true }, startedAt, executionArn: 'arn:this' };
    expect(await beginDrill(configuration, store, none, again)).toMatchObject({ outcome: 'busy', holder: 'arn:dead' });
    const begun = await beginDrill(configuration, store, none, { ...again, deadHolder: 'arn:dead' });
    if (begun.outcome !== 'planned') throw new Error(begun.reason);
    expect(begun.plan).toMatchObject({ abandoned: ['drill-20261101_070000'], restores: [], sweepOnly: true });
    await settleDrill(parts, {
      ...end,
      plan: begun.plan,
      sweeps: [{ ...sweep, job: begun.plan.sweeps[0]?.job ?? '' }],
    });
    expect(records.get('drill-20261101_070000')?.status).toBe('swept');
  });
});

describe('the page', () => {
  it('escapes what it shows', () => {
    const card = {
      ...{ drillId: 'd', application: '<b>', region: 'r', environments: [], startedAt, finishedAt: startedAt },
    };
    const rest = {
      outcome: 'failed',
      reason: '<script>',
      scores: [],
      sweep: { removed: [], left: ["'x'"] },
      executionArn: 'a',
      actor: '"',
    } as const;
    const page = renderScorecard({ ...card, ...rest, sweep: { removed: [], left: ["'x'"] }, scores: [] });
    expect(page).not.toContain('<script>');
    expect(page).toContain('Left behind: &#39;x&#39;');
  });
});

it('the example of the event keeps to its schema', () => {
  expect(recoveryDetailSchema.parse(recoveryDrillFailedExample)).toEqual(recoveryDrillFailedExample);
});

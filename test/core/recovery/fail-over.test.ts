// A fail-over's plan, its fence, its commit and its switch: what each does, and that repeating it does no more.
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import type { BackupRecord } from '../../../contracts/ledger/backups.ts';
import type { CircuitRecord } from '../../../contracts/ledger/circuits.ts';
import type { CurrentRecord } from '../../../contracts/ledger/deployments.ts';
import type { FreezeRecord } from '../../../contracts/ledger/freezes.ts';
import type { SiteRecord } from '../../../contracts/ledger/sites.ts';
import type { FailOverPlan } from '../../../contracts/workflows/fail-over.ts';
import { hashPlan } from '../../../core/plans/hash-plan.ts';
import type { GitOpsRepository } from '../../../core/promotion/commit-promotion.ts';
import { readReplicas } from '../../../core/promotion/edit-overlay.ts';
import { answerFailOverRequest } from '../../../core/recovery/answer-fail-over-request.ts';
import { commitSite } from '../../../core/recovery/commit-site.ts';
import { type FenceParts, fenceEnvironment, settleFence } from '../../../core/recovery/fence-environment.ts';
import { type FailOverFacts, planFailOver, planMoves } from '../../../core/recovery/plan-fail-over.ts';
import { confirmDns, type DnsZone, switchDns } from '../../../core/recovery/switch-dns.ts';

const configuration = loadConfiguration(new URL('../../../config/pyairtable.yaml', import.meta.url).pathname);
const overRequest = { environment: 'prod', to: 'recovery', actor: 'ada-release', reason: 'gone' } as const;
const backRequest = { ...overRequest, to: 'primary' } as const;

function backup(id: string, changed: Partial<BackupRecord> = {}): BackupRecord {
  return {
    ...{
      backupId: id,
      environment: 'prod',
      subject: 'database',
      name: 'pyairtable',
      method: 'dump',
      status: 'complete',
    },
    ...{ tier: 'daily', keepUntil: '2027-01-01T00:00:00.000Z', bucket: 'b', prefix: `database/${id}/` },
    ...{ startedAt: `2026-12-0${id}T02:00:00.000Z`, replicatedAt: 'then' },
    ...changed,
  } as BackupRecord;
}
const facts: FailOverFacts = {
  site: undefined,
  backups: [backup('1'), backup('2')],
  running: [
    { service: 'frontend', image: 'ghcr.io/pyairtable/frontend', digest: `sha256:${'2'.repeat(64)}`, version: 'sha-2' },
    {
      service: 'api-gateway',
      image: 'ghcr.io/pyairtable/api-gateway',
      digest: `sha256:${'1'.repeat(64)}`,
      version: 'sha-1',
    },
  ] as CurrentRecord[],
  targets: { 'api.pyairtable.example': 'ingress.eu-central-1.pyairtable.example' },
  replicas: {
    reporting: {
      ...{ identifier: 'pyairtable-prod-reporting-replica', status: 'available', engineVersion: '17.4' },
      ...{ follows: 'pyairtable-prod-reporting', lag: { seconds: 3, measuredAt: '2026-12-05T09:59:00.000Z' } },
    },
  },
};

function planned(request: typeof overRequest | typeof backRequest, changed: Partial<FailOverFacts> = {}): FailOverPlan {
  const decision = planFailOver(configuration, request, { ...facts, ...changed });
  if (decision.outcome !== 'planned') throw new Error(decision.reason);
  return decision.plan;
}
const away = { site: { environment: 'prod', site: 'recovery', since: 'then' } as SiteRecord };

describe('the plan', () => {
  it('of a fail-over names the backups, the images, and where each name is led', () => {
    const plan = planned(overRequest);
    expect(plan.databases).toEqual([
      { database: 'pyairtable', backupId: '2', takenAt: '2026-12-02T02:00:00.000Z' },
      { database: 'reporting', replica: 'pyairtable-prod-reporting-replica' },
    ]);
    expect(plan.services.map(({ service }) => service)).toEqual(['api-gateway', 'frontend']);
    expect(plan.dns.changes).toEqual([
      {
        ...{ name: 'api.pyairtable.example', from: 'ingress.eu-central-1.pyairtable.example' },
        to: 'ingress.eu-west-1.pyairtable.example',
      },
      { name: 'app.pyairtable.example', to: 'ingress.eu-west-1.pyairtable.example' },
    ]);
    expect(plan.loss).toContain('goes back to 2026-12-02T02:00:00.000Z');
  });

  it('says what it does not move: a database that only RDS backs up', () => {
    const withRds = structuredClone(configuration);
    const { dev } = withRds.databases.reporting?.environments ?? {};
    if (dev === undefined) throw new Error('reporting is not in dev');
    withRds.databases.reporting = { environments: { prod: dev } };
    const firstStep = (backups: BackupRecord[]) => {
      const decision = planFailOver(withRds, overRequest, { ...facts, backups: [...facts.backups, ...backups] });
      return decision.outcome === 'planned' ? decision.plan.steps[0] : decision.reason;
    };
    const snapshot = backup('2', {
      name: 'reporting',
      method: 'snapshot',
      bucket: undefined,
      snapshotId: 'snapshot-2',
    });
    expect(firstStep([snapshot])).toBe(
      'by hand, before anybody agrees: bring reporting up in the recovery region (from its snapshot snapshot-2), for RDS runs it and this plan does not move it',
    );
    expect(firstStep([])).toContain('none of its snapshots has arrived there');
    expect(planned(overRequest).steps[0]).toContain('hold everything else off');
  });

  it('is the same for the same facts, whenever it is made, and another when anything in it is', () => {
    expect(hashPlan(planned(overRequest))).toBe(hashPlan(planned({ ...overRequest, reason: 'another' } as never)));
    expect(hashPlan(planned(overRequest, { backups: [backup('1')] }))).not.toBe(hashPlan(planned(overRequest)));
    expect(hashPlan(planned(overRequest, { targets: {} }))).not.toBe(hashPlan(planned(overRequest)));
  });

  it('that was agreed to is refused when the world has moved since', () => {
    const answer = (changed: Partial<FailOverFacts>) =>
      answerFailOverRequest(
        configuration,
        { ...overRequest, planHash: hashPlan(planned(overRequest)) },
        { ...facts, ...changed },
        '2026-12-05T10:00:00.000Z',
      );
    expect(answer({})).toMatchObject({ outcome: 'planned', moves: [{ database: 'pyairtable' }] });
    expect(answer({ targets: {} })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/was asked for: look at it again/),
    });
    expect(answer(away)).toMatchObject({ outcome: 'refused', planHash: '', moves: [] });
  });

  it('leaves out a backup that a proof has found broken, and one that has not arrived', () => {
    const backups = [
      backup('1'),
      backup('2', { verificationFailure: 'truncated' }),
      backup('3', { replicatedAt: undefined }),
    ];
    expect(planned(overRequest, { backups }).databases[0]?.backupId).toBe('1');
  });

  it('of a fail-back makes the last backup there, after the services have stopped', () => {
    const plan = planned(backRequest, away);
    expect(plan.overlay.replicas).toBe(0);
    const [move] = planMoves(configuration, plan, '2026-12-05T10:00:00.000Z', facts);
    expect(move?.jobs.map(({ command, site }) => `${command} ${site}`)).toEqual([
      ...['back-up recovery', 'restore primary', 'cut-over primary'],
    ]);
    expect(new Set(move?.jobs.map((each) => each.backup.bucket))).toEqual(new Set(['pyairtable-prod-backups-replica']));
    expect(move?.undo).toMatchObject({ command: 'undo-restore', site: 'primary' });
    expect([move?.fence, move?.open]).toEqual([undefined, undefined]);
  });

  it('of a fail-back stops a fence that comes late: it would close what is restored at home', () => {
    const [over] = planMoves(configuration, planned(overRequest), '2026-12-05T10:00:00.000Z', facts);
    if (over?.fence === undefined) throw new Error('a fail-over fences');
    const unfenced = [{ database: over.database, failOverId: 'id', fence: over.fence }];
    const [move] = planMoves(configuration, planned(backRequest, away), '2026-12-06T10:00:00.000Z', {
      ...facts,
      site: { ...(away.site as SiteRecord), unfenced },
    });
    expect(move?.jobs.map(({ replaces }) => replaces)).toEqual([undefined, [over.fence.job], undefined]);
  });

  it('of a fail-over has the databases at home take no writes, and stops what an undo must not meet', () => {
    const [move] = planMoves(configuration, planned(overRequest), '2026-12-05T10:00:00.000Z', facts);
    expect(move?.fence).toMatchObject({ command: 'fence-database', site: 'primary' });
    expect(move?.open).toMatchObject({ command: 'open-database', site: 'primary', replaces: [move?.fence?.job] });
    expect(move?.undo.replaces).toEqual(move?.jobs.map(({ job }) => job));
  });

  it.each<[string, Parameters<typeof planFailOver>[1], Partial<FailOverFacts>, RegExp]>([
    ['it runs there already', overRequest, away, /runs in the recovery region already/],
    ['it is at home', backRequest, {}, /runs in the primary region already/],
    ['nothing has arrived', overRequest, { backups: [] }, /no backup of pyairtable in prod has arrived/],
    [
      'it has no place there',
      { ...overRequest, environment: 'dev' },
      {},
      /dev has no place in the recovery region, prod has/,
    ],
  ])('is refused when %s', (_, request, changed, reason) => {
    expect(planFailOver(configuration, request, { ...facts, ...changed })).toEqual({
      outcome: 'refused',
      reason: expect.stringMatching(reason),
    });
  });
});

function openFence() {
  const sites = new Map<string, SiteRecord>();
  const circuits = new Map<string, CircuitRecord>();
  const freezes = new Map<string, FreezeRecord>();
  const holders = new Map<string, { holder: string | undefined; token: number }>([
    ['frontend', { holder: 'arn:promotion', token: 4 }],
  ]);
  const parts: FenceParts = {
    services: ['api-gateway', 'frontend'],
    now: '2026-12-05T10:00:00.000Z',
    store: {
      findSite: async (environment) => sites.get(environment),
      async putSite(record, by) {
        const movedBy = sites.get(record.environment)?.movedBy;
        if (movedBy !== undefined && movedBy !== by) return false;
        sites.set(record.environment, record);
        return true;
      },
      async findToken(_, service, holder) {
        const held = holders.get(service);
        return held?.holder === holder ? held.token : undefined;
      },
      findCircuit: async (scope) => circuits.get(scope),
      putCircuit: async (record) => void circuits.set(record.scope, record),
      putFreeze: async (record) => void freezes.set(record.freezeId, record),
      removeFreeze: async (id) => void freezes.delete(id),
    },
    leases: {
      async take(_, service, holder, { deadHolder }) {
        const held = holders.get(service);
        if (held?.holder !== undefined && ![holder, deadHolder].includes(held.holder)) return { holder: held.holder };
        const token = held?.holder === holder ? held.token : (held?.token ?? 0) + 1;
        holders.set(service, { holder, token });
        return { fencingToken: token };
      },
      async release(_, service, holder, token) {
        const held = holders.get(service);
        if (held?.holder !== holder || held.token !== token) return false;
        holders.set(service, { holder: undefined, token });
        return true;
      },
    },
  };
  return { parts, sites, circuits, freezes, holders };
}
const move = { plan: planned(overRequest), failOverId: 'id', executionArn: 'arn:this', actor: 'ada-release' };
const begun = { request: overRequest, planHash: 'hash', moves: [], startedAt: '2026-12-05T10:00:00.000Z' };

describe('the fence', () => {
  it('takes leases from whoever has them, opens circuits and freezes; repeating it holds the same', async () => {
    const { parts, circuits, freezes, sites } = openFence();
    const held = await fenceEnvironment(parts, move, begun);
    expect(held.reason).toContain('api-gateway under token 1, frontend under token 5');
    expect(await fenceEnvironment(parts, move, begun)).toEqual(held);
    expect([...circuits.values()].map(({ status }) => status)).toEqual(['open', 'open']);
    expect([...freezes.values()].map(({ environments }) => environments)).toEqual([['prod']]);
    expect(sites.get('prod')).toMatchObject({
      ...{ site: 'primary', movedBy: 'arn:this' },
      move: { failOverId: 'id', planHash: 'hash', plan: move.plan },
    });
  });

  it('lets only one move an environment, and the other one lifts nothing when it gives up', async () => {
    const { parts, freezes, circuits, holders } = openFence();
    await fenceEnvironment(parts, move, begun);
    const other = { ...move, executionArn: 'arn:other' };
    await expect(fenceEnvironment(parts, other, begun)).rejects.toThrow(/being moved by arn:this/);
    await settleFence(parts, other, 'primary');
    expect(freezes.size).toBe(1);
    expect([...circuits.values()].map(({ status }) => status)).toEqual(['open', 'open']);
    expect([...holders.values()].map(({ holder }) => holder)).toEqual(['arn:this', 'arn:this']);
  });

  it('that stood only half is lifted whole: nobody has been told of its leases', async () => {
    const { parts, freezes, holders, sites } = openFence();
    const { take } = parts.leases;
    let taken = 0;
    const leases: FenceParts['leases'] = {
      ...parts.leases,
      async take(...input) {
        taken += 1;
        if (taken === 2) throw new Error('the ledger is away');
        return await take(...input);
      },
    };
    await expect(fenceEnvironment({ ...parts, leases }, move, begun)).rejects.toThrow('the ledger is away');
    expect(holders.get('api-gateway')?.holder).toBe('arn:this');
    await settleFence(parts, move, 'primary');
    expect([freezes.size, holders.get('api-gateway')?.holder, sites.get('prod')?.movedBy]).toEqual([
      0,
      undefined,
      undefined,
    ]);
  });

  it('stays while the environment is away, and is lifted at home but for what others have fenced', async () => {
    const { parts, circuits, freezes, sites, holders } = openFence();
    const scope = 'prod#frontend';
    await parts.store.putCircuit({ scope, status: 'open', rule: 'limit', reason: 'too many' } as CircuitRecord);
    await fenceEnvironment(parts, move, begun);
    await settleFence(parts, move, 'recovery');
    expect(sites.get('prod')).toEqual(expect.objectContaining({ site: 'recovery' }));
    expect([sites.get('prod')?.movedBy, sites.get('prod')?.move]).toEqual([undefined, undefined]);
    expect([...freezes.values()][0]?.reason).toContain('fail-back');
    expect([...holders.values()].map(({ holder }) => holder)).toEqual([undefined, undefined]);
    const home = { ...move, plan: planned(backRequest, away), executionArn: 'arn:home' };
    await fenceEnvironment(parts, home, { ...begun, request: backRequest });
    await settleFence(parts, home, 'primary');
    expect(freezes.size).toBe(0);
    expect([...circuits.values()].map(({ status }) => status).sort()).toEqual(['closed', 'open']);
    expect(circuits.get(scope)?.status).toBe('open');
    expect(sites.get('prod')?.site).toBe('primary');
  });
});

describe('what is left behind without being fenced', () => {
  const [fenced, missed] = planMoves(configuration, planned(overRequest), '2026-12-05T10:00:00.000Z', facts).flatMap(
    (each) => [each, { ...each, database: 'missed' }],
  );
  const moves = [fenced, missed].filter((each) => each !== undefined);

  it('is written down, survives a fail-back that is taken back, and is forgotten at home', async () => {
    const { parts, sites } = openFence();
    const left = () => sites.get('prod')?.unfenced?.map(({ database }) => database);
    await fenceEnvironment(parts, move, { ...begun, moves });
    await settleFence(parts, move, 'recovery', [String(fenced?.database)]);
    expect(left()).toEqual(['missed']);
    const home = { ...move, plan: planned(backRequest, away), executionArn: 'arn:home' };
    await fenceEnvironment(parts, home, { ...begun, request: backRequest });
    await settleFence(parts, home, 'recovery');
    expect(left()).toEqual(['missed']);
    await fenceEnvironment(parts, home, { ...begun, request: backRequest });
    await settleFence(parts, home, 'primary');
    expect(left()).toBeUndefined();
  });

  it('is everything when nobody knows what was fenced, and nothing when the fail-over is taken back', async () => {
    const { parts, sites } = openFence();
    await fenceEnvironment(parts, move, { ...begun, moves });
    await settleFence(parts, move, 'recovery');
    expect(sites.get('prod')?.unfenced).toHaveLength(2);
    const other = openFence();
    await fenceEnvironment(other.parts, move, { ...begun, moves });
    await settleFence(other.parts, move, 'primary');
    expect(other.sites.get('prod')?.unfenced).toBeUndefined();
  });
});

describe('the commit', () => {
  const overlay = `replicas:\n  - { name: api-gateway, count: 0 }\n  - { name: frontend, count: 0 }\nimages:\n  - name: ghcr.io/pyairtable/api-gateway\n    newTag: bootstrap\n`;
  function open(content: string, moves = 0) {
    const messages: string[] = [];
    let [text, made, races] = [content, '', moves];
    const repository = {
      read: async () => ({ revision: 'tip', content: text }),
      async createCommit(_: string, __: string, edited: string, message: string) {
        made = edited;
        messages.push(message);
        return 'new';
      },
      async advance() {
        races -= 1;
        if (races >= 0) return 'moved' as const;
        text = made;
        return 'advanced' as const;
      },
    } as unknown as GitOpsRepository;
    const site = { failOverId: 'id', actor: 'ada', deployments: ['api-gateway', 'frontend'], runningReplicas: 2 };
    const ports = { repository, clock: { sleep: async () => undefined } };
    const commit = (plan: FailOverPlan, action: 'apply' | 'undo') => commitSite(ports, { ...site, plan, action });
    return { commit, messages, read: () => text };
  }

  it('starts the services with what was promoted last, and takes that back', async () => {
    const { commit, read, messages } = open(overlay);
    await commit(planned(overRequest), 'apply');
    expect([readReplicas(read(), 'api-gateway'), readReplicas(read(), 'frontend')]).toEqual([2, 2]);
    expect(read()).toContain(`digest: sha256:${'1'.repeat(64)}`);
    expect(await commit(planned(overRequest), 'apply')).toMatchObject({ reason: expect.stringContaining('already') });
    await commit(planned(overRequest), 'undo');
    expect(readReplicas(read(), 'frontend')).toBe(0);
    expect(messages.map((each) => each.split('\n')[0])).toEqual([
      'Start prod in the recovery region',
      'Stop prod in the recovery region',
    ]);
  });

  it('stops them on the way back, and starts them again when that is undone', async () => {
    const { commit, read } = open(overlay.replaceAll('count: 0', 'count: 2'));
    await commit(planned(backRequest, away), 'apply');
    expect(readReplicas(read(), 'frontend')).toBe(0);
    await commit(planned(backRequest, away), 'undo');
    expect(readReplicas(read(), 'frontend')).toBe(2);
  });

  it('is made again when somebody else was faster, and given up when that does not end', async () => {
    await expect(open(overlay, 2).commit(planned(overRequest), 'apply')).resolves.toMatchObject({ revision: 'new' });
    await expect(open(overlay, 99).commit(planned(overRequest), 'apply')).rejects.toThrow(/the branch moved/);
  });
});

describe('the switch', () => {
  function open(targets: Record<string, string | undefined>) {
    let changes = 0;
    const zone: DnsZone = {
      readTargets: async (_, names) => Object.fromEntries(names.map((name) => [name, targets[name]])),
      async change(_, __, records) {
        changes += 1;
        for (const { name, target } of records) targets[name] = target;
        return `C${changes}`;
      },
      isInSync: async () => true,
    };
    return { zone, targets, count: () => changes };
  }
  const [api, app] = ['api.pyairtable.example', 'app.pyairtable.example'];
  const [home, there] = ['ingress.eu-central-1.pyairtable.example', 'ingress.eu-west-1.pyairtable.example'];
  const plan = planned(overRequest);

  it('leads every name to the other region in one batch, and leads it back', async () => {
    const { zone, targets, count } = open({ [api]: home });
    expect(await switchDns(zone, plan, { failOverId: 'id', action: 'switch' })).toMatchObject({
      outcome: 'pending',
      changeId: 'C1',
    });
    expect([targets[api], targets[app], count()]).toEqual([there, there, 1]);
    expect(await confirmDns(zone, 'C1')).toMatchObject({ outcome: 'in-sync' });
    expect(await switchDns(zone, plan, { failOverId: 'id', action: 'switch' })).toMatchObject({ outcome: 'in-sync' });
    await switchDns(zone, plan, { failOverId: 'id', action: 'undo' });
    expect([targets[api], targets[app], count()]).toEqual([home, undefined, 2]);
  });

  it('does not write over what somebody else has changed, neither there nor back', async () => {
    const { zone, targets, count } = open({ [api]: 'elsewhere.example', [app]: there });
    expect(await switchDns(zone, plan, { failOverId: 'id', action: 'switch' })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining(`${api} leads to elsewhere.example`),
    });
    expect(count()).toBe(0);
    await switchDns(zone, plan, { failOverId: 'id', action: 'undo' });
    expect([targets[api], targets[app]]).toEqual(['elsewhere.example', undefined]);
  });
});

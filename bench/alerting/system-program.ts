// Our side of both figures: the whole system in a process of its own, with a good release running and bad ones entered into the ledger.
import { createHash, randomUUID } from 'node:crypto';
import { decisionRecord } from '../../contracts/ledger/decisions.ts';
import { type CurrentRecord, currentRecord } from '../../contracts/ledger/deployments.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import { operatorOf } from '../../local/runtime/service.ts';
import type { Activity } from '../../local/trace/trace.ts';
import { listLedgerItems } from '../../tour/list-ledger-items.ts';
import { pushRelease } from '../../tour/play-release-tour.ts';
import { readAlertmanagerToken } from '../../tour/read-alertmanager-token.ts';
import { readLedgerItem } from '../../tour/read-ledger-item.ts';
import { waitForExecution } from '../../tour/wait-for-execution.ts';
import { serveRounds } from '../contestant.ts';
import { openSystem } from '../open-system.ts';

/** `enter`: a bad release is known from now on. `roll-back`: the same, an alert is posted, and the commit is waited for. `count`: what a storm did. */
export type SystemRound =
  | { readonly does: 'enter' | 'roll-back' }
  | { readonly does: 'count'; readonly executions: number };

export interface SystemAnswer {
  readonly webhookUrl: string;
  readonly token: string;
  /** The system's own time, which runs ahead of the machine's. */
  readonly now: string;
  /** Labels of an alert that takes the bad release back. */
  readonly labels: Readonly<Record<string, string>>;
  readonly alertToCommitMilliseconds?: number;
  readonly decisionMilliseconds?: number;
  readonly commits?: number;
  readonly executions?: number;
  /** How often each rule has decided. */
  readonly rules?: Readonly<Record<string, number>>;
}

const system = await openSystem();
const { context } = system.runtime;
const { trace, clock } = context;
const stage = { service: 'api-gateway', environment: 'dev' };
const labels = { alertname: 'HighErrorRate', ...stage, severity: 'critical' };
const webhookUrl = `${system.deployment.apiUrl}/webhooks/alertmanager`;
const token = await readAlertmanagerToken(system);
await pushRelease(system, stage, 'Improve it');
const good = await readLedgerItem(system, ledgerKey.current(stage.environment, stage.service), currentRecord);

const isCommit = ({ service, name, subject }: Activity): boolean =>
  service === 'github' && name === 'commit-pushed' && subject.includes('gitops');
let commits = 0;
let executions = 0;
trace.subscribe((activity) => {
  if (isCommit(activity)) commits += 1;
  if (activity.name.startsWith('execution-') && activity.name !== 'execution-started') executions += 1;
});

/** A release that is known to be bad by its digest alone, deployed a moment ago; what was counted against limits before is forgotten. */
async function enterBadRelease(): Promise<void> {
  // What runs has been running for a while, however fast the machine is: the bad release is the only suspect.
  await clock.advance(10_000);
  const promotionId = randomUUID();
  const digest = `sha256:${createHash('sha256').update(promotionId).digest('hex')}`;
  const at = new Date(clock.now() - 1_000).toISOString();
  const { previousDigest: _, ...deployed } = good as CurrentRecord & { previousDigest?: string };
  const record = {
    ...deployed,
    ...ledgerKey.deployment(stage.environment, stage.service, at, promotionId),
    kind: `deployment#${stage.environment}`,
    sortKey: `${at}#${promotionId}`,
    version: `sha-${promotionId}`,
    digest,
    promotionId,
    startedAt: at,
    committedAt: at,
    finishedAt: at,
    outcome: 'succeeded',
  };
  const Item = Object.fromEntries(
    Object.entries(record)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'number' ? { N: String(value) } : { S: String(value) }]),
  );
  const TableName = system.deployment.ledgerTableName;
  const { pk, sk } = ledgerKey.automaticRollbacks();
  const call = (operation: string, input: object): Promise<object> =>
    context.call({
      service: 'dynamodb',
      operation,
      input,
      principal: operatorOf(context),
      region: system.deployment.region,
    });
  await call('DeleteItem', { TableName, Key: { pk: { S: pk }, sk: { S: sk } } });
  await call('PutItem', { TableName, Item });
}

/** Of today's and yesterday's decisions: which rule has decided how often. */
async function countRules(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const daysAgo of [0, 1]) {
    const kind = ledgerKind.decision(new Date(clock.now() - daysAgo * 86_400_000).toISOString());
    for (const { rule } of await listLedgerItems(system, kind, decisionRecord)) counts[rule] = (counts[rule] ?? 0) + 1;
  }
  return counts;
}

async function post(startsAt: string, endsAt?: string): Promise<void> {
  const alert = {
    status: endsAt === undefined ? 'firing' : 'resolved',
    labels,
    annotations: {},
    startsAt,
    endsAt: endsAt ?? '0001-01-01T00:00:00Z',
    fingerprint: 'a1',
  };
  const answer = await fetch(webhookUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ version: '4', groupKey: '{}', receiver: 'bench', truncatedAlerts: 0, alerts: [alert] }),
  });
  if (answer.status !== 202) throw new Error(`the webhook answered ${answer.status}`);
}

serveRounds(
  async (round: SystemRound): Promise<SystemAnswer> => {
    const tellKnown = () => ({ webhookUrl, token, labels, now: new Date(clock.now()).toISOString() });
    if (round.does === 'count') {
      const deadline = performance.now() + 300_000;
      while (executions < round.executions && performance.now() < deadline)
        await new Promise((done) => setTimeout(done, 100));
      return { ...tellKnown(), commits, executions, rules: await countRules() };
    }
    await enterBadRelease();
    commits = 0;
    executions = 0;
    if (round.does === 'enter') return tellKnown();
    const startsAt = new Date(clock.now()).toISOString();
    const ended = waitForExecution(system, 'rollback-release');
    let decisionStartedAt = 0;
    let decisionMilliseconds = 0;
    const unsubscribe = trace.subscribe(({ name, subject }) => {
      if (!subject.endsWith('decide-rollback')) return;
      if (name === 'invocation-started') decisionStartedAt = performance.now();
      if (name === 'invocation-ended') decisionMilliseconds = performance.now() - decisionStartedAt;
    });
    const postedAt = performance.now();
    const committed = trace.waitFor((activity) => isCommit(activity) && activity.at >= Date.parse(startsAt), 60_000);
    await post(startsAt);
    await committed;
    const alertToCommitMilliseconds = performance.now() - postedAt;
    unsubscribe();
    await post(startsAt, new Date(clock.now()).toISOString());
    // What follows the commit is not measured: its waits need not be waited for.
    let hasEnded = false;
    const watched = ended.finally(() => {
      hasEnded = true;
    });
    while (!hasEnded) await clock.advance(1_000);
    await watched;
    return { ...tellKnown(), alertToCommitMilliseconds, decisionMilliseconds };
  },
  () => system.stop(),
);

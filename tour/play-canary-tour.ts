// Plays how a release travels: staging in two colours, people's yes, prod as a canary; then a bad one, its alert, and the way back.
import colors from 'picocolors';
import { approvalRecord } from '../contracts/ledger/approvals.ts';
import { currentRecord, rolloutRecord } from '../contracts/ledger/deployments.ts';
import { promotionRecord } from '../contracts/ledger/promotions.ts';
import { ledgerKey } from '../contracts/ledger.ts';
import type { Alerting } from './alerting.ts';
import { checkRelease } from './check-release.ts';
import { checkRollback } from './check-rollback.ts';
import { findStage, pushRelease, type Stage } from './play-release-tour.ts';
import { type Print, printActivities, printFindings } from './print-activities.ts';
import { readLedgerItem } from './read-ledger-item.ts';
import type { System } from './start-system.ts';

const patienceMilliseconds = 180_000;
const badMessage = 'Make it worse where nobody looks';

/** The environments that the tour goes through: the first one in colours, and the canary that it travels on to. */
function findStages({ configuration }: System, service: string): { readonly first: Stage; readonly last: Stage } {
  const environments = Object.entries(configuration.environments);
  const [last, canary] = environments.find(([, { strategy }]) => strategy === 'canary') ?? [];
  const first = canary?.promoteFrom;
  if (last === undefined || first === undefined || configuration.environments[first]?.branch === undefined)
    throw new Error('the configuration has no canary environment that releases travel to from a branch');
  return { first: { service, environment: first }, last: { service, environment: last } };
}

/** Returns whether everything happened that such a release, and the way back from a bad one, are made of. */
export async function playCanaryTour(system: System, print: Print, alerting: Alerting): Promise<boolean> {
  try {
    const { first, last } = findStages(system, findStage(system).service);
    await letTimePass(alerting, 'the initialization of the canaries', async () => isInitialized(system, last));
    return (
      (await playGoodVersion(system, print, alerting, first, last)) &&
      (await playBadVersion(system, print, alerting, first, last))
    );
  } catch (error) {
    print(colors.red(`The tour broke off: ${error instanceof Error ? error.message : String(error)}`));
    return false;
  }
}

async function playGoodVersion(
  system: System,
  print: Print,
  alerting: Alerting,
  first: Stage,
  last: Stage,
): Promise<boolean> {
  const { service } = first;
  print(
    colors.bold(
      `\n${service} goes to ${first.environment} in two colours, and with people's leave to ${last.environment} as a canary`,
    ),
  );
  print(colors.dim(`(${alerting.words})\n`));
  const commit = await releaseAndApprove(system, print, first, last, `Improve ${service} for everybody`);
  const story = printActivities(system, last, print);
  try {
    const weights: unknown[] = [];
    const unsubscribe = system.runtime.context.trace.subscribe(({ name, details }) => {
      if (name === 'canary-advanced') weights.push(details.weight);
    });
    const { executionArn } = await waitForPromotionEnd(system, alerting, commit.promotionId);
    unsubscribe();
    const findings = await checkRelease(system, { ...last, commit: commit.sha, executionArn });
    const steps = system.configuration.environments[last.environment]?.canary.stepWeights ?? [];
    const missing = [...findings.missing];
    if (weights.join() !== steps.join())
      missing.push(`the canary got ${weights.join(', ')} % instead of ${steps.join(', ')} %`);
    const facts = { ...findings.facts, 'canary steps': `${weights.join(' → ')} % of the users` };
    printFindings(print, { facts, missing }, story.seconds());
    return missing.length === 0;
  } finally {
    story.end();
  }
}

async function playBadVersion(
  system: System,
  print: Print,
  alerting: Alerting,
  first: Stage,
  last: Stage,
): Promise<boolean> {
  const { world, runtime } = system;
  const { trace, clock } = runtime.context;
  print(
    colors.bold(
      `\nA bad version passes its tests in ${first.environment}; the canary's users meet its errors, an alert fires, and it goes back`,
    ),
  );
  // Until then an alert could mean the version before as well, and people would be asked.
  const { bakeMinutes = 0 } = system.configuration.environments[last.environment]?.automaticRollback ?? {};
  print(
    colors.dim(`(The ${bakeMinutes} minutes in which an alert could mean the version before as well have passed.)\n`),
  );
  await clock.advance((bakeMinutes + 1) * 60_000);
  world.builds.plan(badMessage, { behaviour: 'errors-30' });
  const good = await readLedgerItem(system, ledgerKey.current(last.environment, last.service), currentRecord);
  const { promotionId } = await releaseAndApprove(system, print, first, last, badMessage);
  const story = printActivities(system, last, print);
  const note = (words: string): void => print(`${' '.repeat(20)} ${colors.cyan(alerting.name.padEnd(10))} ${words}`);
  try {
    const since = clock.now();
    let isUsed = false;
    const unsubscribe = trace.subscribe(({ name, at }) => {
      if (name === 'canary-advanced' && at >= since) isUsed = true;
    });
    await letTimePass(alerting, 'the first share of users', async () => (isUsed ? true : undefined));
    unsubscribe();
    const bad = await readLedgerItem(system, ledgerKey.rollout(last.environment, last.service), rolloutRecord);
    let isBack = false;
    const told = trace.subscribe(({ name, subject, at }) => {
      if (name === 'state-entered' && at >= since && /\/PublishRollback(Succeeded|Failed)$/.test(subject))
        isBack = true;
    });
    note(await alerting.fire(last));
    await letTimePass(alerting, 'the way back', async () => (isBack ? true : undefined));
    told();
    note(await alerting.resolve(last));
    await letTimePass(alerting, 'the end of the promotion', async () =>
      readLedgerItem(system, ledgerKey.promotion(promotionId), promotionRecord),
    );
    const current = await readLedgerItem(system, ledgerKey.current(last.environment, last.service), currentRecord);
    const findings = await checkRollback(system, {
      ...last,
      badDigest: bad?.digest ?? 'unknown',
      executionArn: current?.change === 'rollback' ? current.executionArn : 'no rollback',
    });
    const missing = [...findings.missing];
    if (current?.digest !== good?.digest) missing.push('what runs now is not what was promoted before');
    printFindings(print, { facts: findings.facts, missing }, story.seconds());
    return missing.length === 0;
  } finally {
    story.end();
  }
}

/** Pushes to the first environment's branch, and presses the button once the release has got there. */
async function releaseAndApprove(
  system: System,
  print: Print,
  first: Stage,
  last: Stage,
  message: string,
): Promise<{ readonly sha: string; readonly promotionId: string }> {
  const { world, runtime, configuration } = system;
  const since = runtime.context.clock.now();
  const story = printActivities(system, first, print);
  const { commit } = await pushRelease(system, first, message).finally(() => story.end());
  const asked = await runtime.context.trace.waitFor(
    ({ service, name, details, at }) =>
      service === 'slack' &&
      /^message-(posted|updated)$/.test(name) &&
      at >= since &&
      String(details.text).startsWith(`Please decide: promote ${last.service} to ${last.environment}`),
    patienceMilliseconds,
  );
  const post = world.slack.messages().findLast(({ text }) => text === asked.details.text);
  const blocks = JSON.stringify(post?.blocks ?? []);
  const [, approvalId = ''] = /\\"approvalId\\":\\"([^"\\]+)\\"/.exec(blocks) ?? [];
  const request = await readLedgerItem(system, ledgerKey.approval(approvalId), approvalRecord);
  const groups = configuration.environments[last.environment]?.approval?.groups ?? [];
  const approvers = groups.flatMap((group) => configuration.approvals.groups[group] ?? []);
  const [userId = ''] =
    Object.entries(configuration.approvals.slackUsers).find(
      ([, login]) => approvers.includes(login) && login !== request?.requestedBy,
    ) ?? [];
  await world.slack.pressButton({ messageTs: String(post?.ts), actionId: 'approval.approve', userId });
  return { sha: commit, promotionId: approvalId };
}

async function waitForPromotionEnd(system: System, alerting: Alerting, promotionId: string) {
  return await letTimePass(alerting, `the end of promotion ${promotionId}`, async () =>
    readLedgerItem(system, ledgerKey.promotion(promotionId), promotionRecord),
  );
}

async function letTimePass<T>(alerting: Alerting, what: string, find: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + patienceMilliseconds;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`${what} did not come within ${patienceMilliseconds / 1000} s`);
    await alerting.letTimePass();
  }
}

/** Flagger takes what it finds at first as the first version: nothing is released before it has. */
function isInitialized({ world, configuration }: System, { service, environment }: Stage): true | undefined {
  const { cluster = '', namespace = '' } = configuration.environments[environment] ?? {};
  const registry = world.clusters.get(cluster)?.registry;
  const type = registry?.types.findResource('flagger.app', 'canaries');
  const canary = type && registry?.find(type, namespace, service);
  const { phase } = (canary?.status ?? {}) as { readonly phase?: string };
  return phase === undefined || phase === 'Initializing' ? undefined : true;
}

// Plays the main job: a push to develop becomes a running release in dev, with each step as a line while it happens.
import colors from 'picocolors';
import type { Activity } from '../local/trace/trace.ts';
import { checkRelease } from './check-release.ts';
import { describeActivity } from './describe-activity.ts';
import type { System } from './start-system.ts';

type Print = (line: string) => void;

/** How long the whole may take before it counts as failed. */
const patienceMilliseconds = 120_000;

/** Returns whether everything happened that a release is made of. */
export async function playReleaseTour(system: System, print: Print): Promise<boolean> {
  const { world, runtime, configuration } = system;
  const [service = '', { repository, paths }] = firstOf(configuration.services);
  const [environment = '', { branch = '' }] = firstOf(configuration.environments);
  const file = `${(paths[0] ?? '').replace(/\*.*$/, '')}VERSION`;
  print(colors.bold(`A push to ${branch} that touches ${service} becomes a running release in ${environment}\n`));

  const { cluster = '' } = configuration.environments[environment] ?? {};
  const others = Object.keys(configuration.services).filter((name) => name !== service);
  // The build makes an image of every service of the repository, and every cluster's Argo CD looks at each commit.
  const isPartOfTheStory = (activity: Activity): boolean =>
    (!['argocd', 'kubernetes'].includes(activity.service) || activity.subject.startsWith(`${cluster}/`)) &&
    (activity.service !== 'registry' || !others.some((name) => activity.subject.includes(`/${name}:`)));

  const startedAt = performance.now();
  let lastAt = startedAt;
  const unsubscribe = runtime.context.trace.subscribe((activity) => {
    const text = describeActivity(activity);
    if (text === undefined || !isPartOfTheStory(activity)) return;
    const now = performance.now();
    print(`${renderSeconds(now - startedAt)} ${colors.dim(`+${Math.round(now - lastAt)} ms`.padStart(9))}  ${text}`);
    lastAt = now;
  });
  try {
    const ended = waitForEnd(system);
    const { sha } = await world.github.pushCommit({
      repo: repository,
      branch,
      files: { [file]: `released ${new Date(runtime.context.clock.now()).toISOString()}\n` },
      message: `Improve ${service}`,
      author: 'ada-release',
    });
    const executionArn = await ended;
    const { facts, missing } = await checkRelease(system, { service, environment, commit: sha, executionArn });
    print('');
    for (const [name, value] of Object.entries(facts)) print(`  ${colors.dim(name.padEnd(14))} ${value}`);
    print('');
    for (const problem of missing) print(colors.red(`  missing: ${problem}`));
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    print(
      missing.length === 0
        ? colors.green(`Everything happened, in ${seconds} s.`)
        : colors.red(`Not everything happened (${seconds} s).`),
    );
    return missing.length === 0;
  } catch (error) {
    print(colors.red(`The tour broke off: ${error instanceof Error ? error.message : String(error)}`));
    return false;
  } finally {
    unsubscribe();
  }
}

/** The end of the execution that the push starts, and the message about it. */
async function waitForEnd({ runtime }: System): Promise<string> {
  const { trace, clock } = runtime.context;
  const since = clock.now();
  const started = await trace.waitFor(
    ({ service, name, at }) => service === 'states' && name === 'execution-started' && at >= since,
    patienceMilliseconds,
  );
  const { details } = await trace.waitFor(
    (activity) => isEnd(activity) && activity.details.executionArn === started.details.executionArn,
    patienceMilliseconds,
  );
  const published = trace
    .recent()
    .findLast(({ name, subject }) => name === 'state-entered' && /\/PublishPromotion/.test(subject));
  const isTold = ({ service, at }: Activity): boolean => service === 'slack' && at >= (published?.at ?? since);
  // Whether it is told is checked afterwards; without a message the tour says so instead of waiting for ever.
  await trace.waitFor(isTold, 10_000).catch(() => undefined);
  return String(details.executionArn);
}

function isEnd({ service, name }: Activity): boolean {
  return service === 'states' && /^execution-(succeeded|failed|timed-out|aborted)$/.test(name);
}

function firstOf<T>(record: Readonly<Record<string, T>>): [string, T] {
  const [first] = Object.entries(record);
  if (first === undefined) throw new Error('the configuration names no service or no environment');
  return first;
}

function renderSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2).padStart(6)} s`;
}

// Plays the main job: a push to develop becomes a running release in dev, with each step as a line while it happens.
import colors from 'picocolors';
import { checkRelease } from './check-release.ts';
import { type Print, printActivities, printFindings } from './print-activities.ts';
import type { System } from './start-system.ts';
import { waitForExecution } from './wait-for-execution.ts';

/** The service and the environment that the tour is about: the first ones of the configuration. */
export interface Stage {
  readonly service: string;
  readonly environment: string;
}

export function findStage({ configuration }: System): Stage {
  const [service] = Object.keys(configuration.services);
  const [environment] = Object.keys(configuration.environments);
  if (service !== undefined && environment !== undefined) return { service, environment };
  throw new Error('the configuration names no service or no environment');
}

/** Returns whether everything happened that a release is made of. */
export async function playReleaseTour(system: System, print: Print): Promise<boolean> {
  const stage = findStage(system);
  const { service, environment } = stage;
  print(colors.bold(`A push that touches ${service} becomes a running release in ${environment}\n`));
  const story = printActivities(system, stage, print);
  try {
    const { commit, executionArn } = await pushRelease(system, stage, `Improve ${service}`);
    const findings = await checkRelease(system, { ...stage, commit, executionArn });
    printFindings(print, findings, story.seconds());
    return findings.missing.length === 0;
  } catch (error) {
    print(colors.red(`The tour broke off: ${error instanceof Error ? error.message : String(error)}`));
    return false;
  } finally {
    story.end();
  }
}

/** Pushes to the environment's branch and waits until the promotion has ended. */
export async function pushRelease(
  system: System,
  { service, environment }: Stage,
  message: string,
): Promise<{ readonly commit: string; readonly executionArn: string }> {
  const { world, runtime, configuration } = system;
  const { repository = '', paths = [] } = configuration.services[service] ?? {};
  const file = `${(paths[0] ?? '').replace(/\*.*$/, '')}VERSION`;
  const ended = waitForExecution(system, 'promote-release');
  const { sha } = await world.github.pushCommit({
    repo: repository,
    branch: configuration.environments[environment]?.branch ?? '',
    files: { [file]: `released ${new Date(runtime.context.clock.now()).toISOString()}\n` },
    message,
    author: 'ada-release',
  });
  return { commit: sha, executionArn: await ended };
}

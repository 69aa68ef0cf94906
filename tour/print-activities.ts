// Prints what happens while it happens, as far as it is part of the story.
import colors from 'picocolors';
import type { Activity } from '../local/trace/trace.ts';
import { describeActivity } from './describe-activity.ts';
import type { System } from './start-system.ts';

export type Print = (line: string) => void;

export interface Story {
  /** Seconds since it began. */
  seconds(): string;
  /** Stops printing. */
  end(): void;
}

/** Tells of one service in one environment; the build makes images of others too, and every cluster looks at each commit. */
export function printActivities(
  { runtime, configuration }: System,
  { service, environment }: { readonly service: string; readonly environment: string },
  print: Print,
): Story {
  const { cluster = '' } = configuration.environments[environment] ?? {};
  const others = Object.keys(configuration.services).filter((name) => name !== service);
  const isPartOfTheStory = (activity: Activity): boolean =>
    (!['argocd', 'kubernetes', 'flagger'].includes(activity.service) || activity.subject.startsWith(`${cluster}/`)) &&
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
  return { seconds: () => ((performance.now() - startedAt) / 1000).toFixed(1), end: unsubscribe };
}

/** What was found, and what should have happened and did not. */
export function printFindings(
  print: Print,
  { facts, missing }: { readonly facts: Readonly<Record<string, string>>; readonly missing: readonly string[] },
  seconds: string,
): void {
  print('');
  for (const [name, value] of Object.entries(facts)) print(`  ${colors.dim(name.padEnd(14))} ${value}`);
  print('');
  for (const problem of missing) print(colors.red(`  missing: ${problem}`));
  print(
    missing.length === 0
      ? colors.green(`Everything happened, in ${seconds} s.`)
      : colors.red(`Not everything happened (${seconds} s).`),
  );
}

function renderSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2).padStart(6)} s`;
}

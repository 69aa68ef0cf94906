// The build that runs on every push: pushes an image for each service of the repository, then tells GitHub how it went.
import type { Configuration } from '../../config/schema.ts';
import type { CancelTimer, Clock } from '../clock/clock.ts';
import type { Activity, Trace } from '../trace/trace.ts';
import type { DeliveryRecord } from './github/records.ts';
import type { GitHub } from './github/start-github.ts';
import type { Registry } from './registry/start-registry.ts';

export interface BuildServiceParts {
  readonly configuration: Configuration;
  readonly github: GitHub;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly trace: Trace;
}

export interface BuildService {
  /**
   * Overrules the trailers of commits. Decides how the builds of commits end whose message contains the text, and what their images are like
   * (`imageSuffix` is added to the tag that the cluster goes by: `crash`, `errors-30` …). The newest rule wins.
   */
  plan(messagePart: string, outcome: { readonly conclusion?: BuildEnd; readonly behaviour?: string }): void;
  stop(): void;
}

/** `hang`: it has pushed its images and never ends. */
type BuildEnd = 'success' | 'failure' | 'cancelled' | 'hang';

interface BuildPlan {
  readonly conclusion: BuildEnd;
  readonly behaviour?: string;
}

/** How long a build takes, in virtual time. */
const buildMilliseconds = 1_500;

export function startBuildService({ configuration, github, registry, clock, trace }: BuildServiceParts): BuildService {
  const { owner, repositories, buildWorkflow } = configuration.github;
  const plans: ({ readonly messagePart: string } & BuildPlan)[] = [];
  const timers = new Set<CancelTimer>();

  async function build(repository: string, sha: string, message: string): Promise<void> {
    const planned = plans.findLast(({ messagePart }) => message.includes(messagePart));
    const { conclusion, behaviour } = planned ?? readTrailers(message);
    if (conclusion === 'success' || conclusion === 'hang') {
      const services = Object.values(configuration.services).filter((service) => service.repository === repository);
      for (const { image } of services) {
        await registry.pushImage({
          repository: image.slice(image.indexOf('/') + 1),
          tag: buildTag(configuration.registry.tagTemplate, sha),
          labels: {
            'org.opencontainers.image.revision': sha,
            ...(behaviour === undefined ? {} : { behaviour }),
          },
        });
      }
    }
    if (conclusion === 'hang') await github.startWorkflowRun({ repo: repository, sha, workflow: buildWorkflow });
    else await github.completeWorkflowRun({ repo: repository, sha, conclusion, workflow: buildWorkflow });
  }

  function onPush({ name, subject, details }: Activity): void {
    const [fullName = '', branch] = subject.split('@');
    if (name !== 'commit-pushed' || branch === undefined || String(details.ref).startsWith('refs/tags/')) return;
    schedule(fullName, String(details.after), String(details.message ?? ''));
  }

  function schedule(fullName: string, sha: string, message: string): void {
    const repository = fullName.replace(`${owner}/`, '');
    if (!repositories.includes(repository)) return;
    const cancel = clock.at(clock.now() + buildMilliseconds, () => {
      timers.delete(cancel);
      const work = build(repository, sha, message);
      void clock.work(work).catch((error: Error) =>
        trace.record({
          service: 'build',
          name: 'build-broken',
          subject: `${fullName}@${sha}`,
          details: { message: error.message },
        }),
      );
    });
    timers.add(cancel);
  }

  for (const { fullName, sha, message } of findUnfinishedBuilds(github.deliveries(), buildWorkflow))
    schedule(fullName, sha, message);
  const unsubscribe = trace.subscribe(onPush);
  return {
    plan: (messagePart, { conclusion = 'success', behaviour }) =>
      void plans.push({ messagePart, conclusion, ...(behaviour === undefined ? {} : { behaviour }) }),
    stop() {
      unsubscribe();
      for (const cancel of timers) cancel();
    },
  };
}

/** Pushes to branches whose build was never told of: a run that was cut off goes on with them, as a CI system elsewhere would. */
function findUnfinishedBuilds(deliveries: readonly DeliveryRecord[], workflow: string) {
  const pushes = new Map<string, { readonly fullName: string; readonly sha: string; readonly message: string }>();
  for (const { event, payload } of deliveries) {
    const told = JSON.parse(payload) as WebhookPayload;
    const { full_name: fullName = '' } = told.repository ?? {};
    const { head_commit: head, workflow_run: run } = told;
    if (event === 'push' && head && told.ref?.startsWith('refs/heads/') === true)
      pushes.set(`${fullName}@${head.id}`, { fullName, sha: head.id, message: head.message });
    if (event === 'workflow_run' && run?.status === 'completed' && run.name === workflow)
      pushes.delete(`${fullName}@${run.head_sha}`);
  }
  return [...pushes.values()];
}

interface WebhookPayload {
  readonly ref?: string;
  readonly repository?: { readonly full_name?: string };
  readonly head_commit?: { readonly id: string; readonly message: string } | null;
  readonly workflow_run?: { readonly name: string; readonly status: string; readonly head_sha: string };
}

function buildTag(template: string, sha: string): string {
  return template.replace('{sha}', sha).replace('{shortSha}', sha.slice(0, 7));
}

/** What a person orders in the commit message: `Simulate-Build: failure`, `Simulate-Image: crash`. Anything else builds well. */
function readTrailers(message: string): BuildPlan {
  const trailer = (name: string): string | undefined =>
    new RegExp(`^Simulate-${name}: *(\\S+)`, 'm').exec(message)?.[1];
  const conclusion = (['failure', 'cancelled', 'hang'] as const).find((end) => end === trailer('Build'));
  const behaviour = trailer('Image');
  return {
    conclusion: conclusion ?? 'success',
    ...(behaviour === undefined ? {} : { behaviour }),
  };
}

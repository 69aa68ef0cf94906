// A commit that touches one service, with the recorded webhooks that tell of its push and of its build.
import { buildPush, buildWorkflowRun } from './recorded-payloads.ts';
import { sendWebhook } from './send-webhook.ts';
import { letTimePass, type TestSystem } from './start-test-system.ts';

export const repository = 'pyairtable/pyairtable';

/** From now on only the test tells of what happens in GitHub. */
export async function silenceGitHub(system: TestSystem): Promise<void> {
  const url = `${system.deployment.apiUrl}/webhooks/github`;
  await system.world.github.configureWebhook({ url, secret: system.webhookSecret, events: ['none'] });
}

let commits = 0;

export interface ServiceCommit {
  readonly sha: string;
  readonly push: { readonly event: 'push'; readonly body: Record<string, unknown> };
  run(conclusion: string): { readonly event: 'workflow_run'; readonly body: Record<string, unknown> };
}

/** Commits to the service's folder; unless told otherwise it returns when the images are in the registry. */
export async function commitService(
  system: TestSystem,
  service: string,
  { branch = 'develop', isBuilt = true, message = 'Improve it' } = {},
): Promise<ServiceCommit> {
  commits += 1;
  const file = `services/${service}/VERSION`;
  const files = { [file]: `version ${commits}\n` };
  const { sha, before } = await system.world.github.pushCommit({ repo: 'pyairtable', branch, files, message });
  const pushedAt = system.runtime.context.clock.now();
  if (isBuilt) {
    await letTimePass(system, 'the image', () =>
      system.world.registry.describeImage(`ghcr.io/pyairtable/${service}:sha-${sha}`),
    );
  }
  return {
    sha,
    push: {
      event: 'push',
      body: buildPush({ repository, branch, before, after: sha, files: [file], message, pushedAt }),
    },
    run: (conclusion) => ({
      event: 'workflow_run',
      body: buildWorkflowRun({ repository, commit: sha, branch, conclusion, endedAt: pushedAt + 1000 }),
    }),
  };
}

/** Pushes a change of the service and tells of its good build; returns the promotion's id and the commit. */
export async function releaseService(
  system: TestSystem,
  service: string,
  message = 'Improve it',
): Promise<{ readonly promotionId: string; readonly sha: string; readonly push: ServiceCommit['push'] }> {
  const { sha, push, run } = await commitService(system, service, { message });
  const { id } = await sendWebhook(system, push);
  await sendWebhook(system, run('success'));
  return { promotionId: id, sha, push };
}

// What `automation canary` asks for: promote now, pause and resume are commits; roll back now is what Flagger's webhook is told.
import { type CanaryAction, controlCanaryTask } from '../../contracts/workflows/control-canary.ts';
import { getEnvironment, getService } from '../../core/configuration/get-configured.ts';
import { commitLevers } from '../../core/promotion/commit-levers.ts';
import type { CanaryLevers } from '../../core/promotion/strategies/canary-strategy.ts';
import { decideCanaryControl } from '../../core/promotion/strategies/decide-canary-control.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { putCanaryRollback, readCanaryFacts } from '../adapters/dynamo-canary-facts.ts';
import { createDynamoCanaryHalts } from '../adapters/dynamo-rollout-signals.ts';
import { createGitHubGitOpsRepository } from '../adapters/github-gitops-repository.ts';
import { buildWebUrl } from '../adapters/github-web-url.ts';
import { readCanary } from '../adapters/kubernetes-rollout-reader.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const { owner, apiUrl, gitops } = configuration.github;
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const clusterOf = connectClusters();
const webUrl = buildWebUrl(apiUrl, owner, gitops.repository);
const repository = createGitHubGitOpsRepository(connectGitHub(environment).client, { owner, ...gitops, webUrl });

const levers: Readonly<Partial<Record<CanaryAction, readonly [string, Partial<CanaryLevers>]>>> = {
  promote: ['Promote the canary without further analysis:', { skipAnalysis: true, suspend: false }],
  pause: ['Pause the canary:', { suspend: true }],
  resume: ['Go on with the canary:', { suspend: false }],
};

export const handler = defineTask({
  ...controlCanaryTask,
  async handle({ action, service, environment: name, actor, reason }) {
    const target = getEnvironment(configuration, name);
    const { deployment = service, namespace } = getService(configuration, service);
    const read = await readCanary(clusterOf(target.cluster), namespace?.[name] ?? target.namespace, deployment);
    const facts = await readCanaryFacts(ledger, name, service);
    const since = facts.rollout?.committedAt ?? '';
    const haltedBecause = await createDynamoCanaryHalts(ledger, systemClock).find(name, service, since);
    const canary = { ...read, haltedBecause, version: facts.rollout?.version };
    const decision = decideCanaryControl(action, { canary, facts, approvers: target.approvers, actor });
    if (decision.outcome === 'refused' || action === 'status') return { ...decision, canary };
    const [words, change] = levers[action] ?? [];
    if (words !== undefined && change !== undefined) {
      const file = `${target.overlayPath}/kustomization.yaml`;
      const subject = `${words} ${service} in ${name}`;
      const ports = { repository, clock: systemClock };
      const revision = await commitLevers(ports, { file, deployment, subject, actor, reason, change });
      return { ...decision, canary, ...(revision === undefined ? {} : { revision }) };
    }
    const digest = facts.rollout?.digest ?? '';
    await putCanaryRollback(ledger, systemClock, { environment: name, service, digest, actor, reason });
    return { ...decision, canary };
  },
});

// A system in a process of its own that promotes what one commit changed: `node serve-system.ts <options as JSON>`.
import { promotionRecord } from '../../contracts/ledger/promotions.ts';
import { ledgerKind } from '../../contracts/ledger.ts';
import { findCurrent, listExecutions, listGitOpsCommits, readImages } from './promotions.ts';
import { startKillableSystem } from './start-killable-system.ts';
import { letTimePass } from './start-test-system.ts';

export interface Outcome {
  readonly commitsOfPromotions: readonly string[];
  /** How each execution ended and with what outcome. */
  readonly executions: readonly string[];
  readonly promotions: readonly {
    readonly outcome: string;
    readonly promotionId: string;
    readonly revision?: string;
  }[];
  readonly deployments: number;
  readonly current: { readonly commit?: string; readonly revision?: string; readonly digest?: string } | undefined;
  readonly imageInGit: string | undefined;
  readonly messages: readonly string[];
  readonly gitHubDeployments: readonly { readonly id: number; readonly states: readonly string[] }[];
  readonly deadLetters: number;
  readonly tornTail: boolean;
}

const service = 'api-gateway';
const { system, begins, arm, end } = await startKillableSystem({ armsItself: true });
const { clock, trace } = system.runtime.context;
const tornTail = trace.recent().some(({ name }) => name === 'journal-tail-discarded');

if (begins) {
  // What happens before the first push is no part of its promotion.
  await clock.advance(10_000);
  arm();
  const files = { [`services/${service}/VERSION`]: 'survives\n' };
  // The rollout is still awaited after the restarts that come before that.
  const message = 'Survive\n\nSimulate-Image: slow-start';
  await system.world.github.pushCommit({ repo: 'pyairtable', branch: 'develop', files, message });
}
const ended = await letTimePass(
  system,
  'the end of the promotion',
  async () => {
    const executions = await listExecutions(system);
    const isRunning = executions.length === 0 || executions.some(({ status }) => status === 'RUNNING');
    return isRunning ? undefined : executions;
  },
  1_000,
);
// Whatever was interrupted beside the execution: deliveries that GitHub repeats, notifications, the audit.
await clock.advance(30 * 60_000);

const items = await system.call<{ Items: Record<string, { S?: string }>[] }>('dynamodb', 'Query', {
  TableName: system.deployment.ledgerTableName,
  IndexName: 'byKind',
  KeyConditionExpression: 'kind = :kind',
  ExpressionAttributeValues: { ':kind': { S: ledgerKind.promotion('dev') } },
});
const deployments = await system.call<{ Count: number }>('dynamodb', 'Query', {
  TableName: system.deployment.ledgerTableName,
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': { S: `DEPLOYMENT#dev#${service}` } },
});
const queues = await Promise.all(
  Object.values(system.deployment.deadLetterQueueUrls).map((QueueUrl) =>
    system.call<{ Attributes: Record<string, string> }>('sqs', 'GetQueueAttributes', {
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  ),
);
const current = await findCurrent(system, 'dev', service);
const token = await system.world.github.createToken('octocat');
const ask = async <T>(path: string): Promise<T> =>
  (await (
    await fetch(`${system.world.github.url}/repos/pyairtable/pyairtable/${path}`, {
      headers: { authorization: `Bearer ${token}` },
    })
  ).json()) as T;
const gitHubDeployments = await Promise.all(
  (await ask<{ id: number }[]>('deployments')).map(async ({ id }) => ({
    id,
    states: (await ask<{ state: string }[]>(`deployments/${id}/statuses`)).map(({ state }) => state),
  })),
);
const outcome: Outcome = {
  commitsOfPromotions: listGitOpsCommits(system).map(({ revision }) => revision),
  executions: await Promise.all(
    ended.map(async ({ executionArn, status }) => {
      const { output = '{}' } = await system.call<{ output?: string }>('sfn', 'DescribeExecution', { executionArn });
      return `${status} ${(JSON.parse(output) as { outcome?: string }).outcome}`;
    }),
  ),
  promotions: items.Items.map((item) =>
    promotionRecord.parse({
      ...Object.fromEntries(Object.entries(item).map(([name, value]) => [name, value.S])),
      services: [],
      warnings: [],
    }),
  ),
  deployments: deployments.Count,
  current: current && { commit: current.commit, revision: current.revision, digest: current.digest },
  imageInGit: readImages(system, 'dev')[`ghcr.io/pyairtable/${service}`],
  messages: system.world.slack.messages().map(({ text }) => text),
  gitHubDeployments,
  deadLetters: queues.reduce((sum, { Attributes }) => sum + Number(Attributes.ApproximateNumberOfMessages), 0),
  tornTail,
};
await end(outcome);

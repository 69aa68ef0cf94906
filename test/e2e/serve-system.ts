// A system in a process of its own, which dies by SIGKILL at a chosen moment: `node serve-system.ts <options as JSON>`.
// When it lives to the end of what it was asked for, it prints what came of it as one line of JSON.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promotionRecord } from '../../contracts/ledger/promotions.ts';
import { ledgerKind } from '../../contracts/ledger.ts';
import { findCurrent, listExecutions, listGitOpsCommits, readImages } from './promotions.ts';
import { letTimePass, startTestSystem } from './start-test-system.ts';

export interface ServeOptions {
  readonly stateDirectory: string;
  readonly assemblyDirectory: string;
  /** Each `<service>/<activity> <end of the subject>`: dies at the first one that is recorded, and leaves it in the file `died-at`. */
  readonly dieAt: readonly string[];
  /** The service that one commit is pushed to. Later starts go on with it. */
  readonly push?: string;
  readonly service: string;
}

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

const { stateDirectory, assemblyDirectory, dieAt, push, service }: ServeOptions = JSON.parse(process.argv[2] ?? '{}');
// What happens before the first push is no part of its promotion.
let isArmed = push === undefined;
const system = await startTestSystem({
  stateDirectory,
  assemblyDirectory,
  onContext({ trace: early }) {
    early.subscribe(({ service: actor, name, subject }) => {
      if (!isArmed) return;
      const point = dieAt.find((text) => {
        const [activity, subjectEnd = ''] = text.split(' ');
        return activity === `${actor}/${name}` && subject.endsWith(subjectEnd);
      });
      if (point === undefined) return;
      writeFileSync(join(stateDirectory, 'died-at'), point);
      process.kill(process.pid, 'SIGKILL');
    });
  },
});
const { clock, trace } = system.runtime.context;
const tornTail = trace.recent().some(({ name }) => name === 'journal-tail-discarded');

if (push !== undefined) {
  await clock.advance(10_000);
  isArmed = true;
  const files = { [`services/${push}/VERSION`]: 'survives\n' };
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
    return isRunning || (await findCurrent(system, 'dev', service)) === undefined ? undefined : executions;
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
process.stdout.write(`${JSON.stringify(outcome)}\n`);
await system.stop();
process.exit(0);

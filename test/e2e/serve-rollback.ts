// A system in a process of its own that takes a release back: `node serve-rollback.ts <options as JSON>`.
import { deploymentRecord } from '../../contracts/ledger/deployments.ts';
import { quarantineRecord } from '../../contracts/ledger/rollbacks.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { readLedgerItem } from '../../tour/read-ledger-item.ts';
import { findCurrent, listExecutions, listGitOpsCommits, readImages } from './promotions.ts';
import { startKillableSystem } from './start-killable-system.ts';
import { letTimePass } from './start-test-system.ts';

export interface RolledBack {
  /** How each execution of rollback-release ended and with what outcome. */
  readonly executions: readonly string[];
  readonly imageInGit: string | undefined;
  readonly current: string | undefined;
  readonly good: string | undefined;
  readonly isBadQuarantined: boolean;
  /** Commits of the good release, of the bad one, and of the rollback. */
  readonly commits: number;
}

// It begins with a good release and then a bad one, and dies from when the rollback has begun.
const service = 'api-gateway';
const { system, begins, arm, end } = await startKillableSystem({ armsItself: true });
system.runtime.context.trace.subscribe(({ name, details }) => {
  if (name === 'execution-started' && String(details.executionArn).includes('rollback-release')) arm();
});
const { clock } = system.runtime.context;

async function push(message: string, promotions: number): Promise<void> {
  const files = { [`services/${service}/VERSION`]: `${message}\n` };
  await system.world.github.pushCommit({ repo: 'pyairtable', branch: 'develop', files, message });
  await letTimePass(
    system,
    `the end of the promotion of "${message}"`,
    async () => {
      const executions = await listExecutions(system);
      const isOver = executions.length >= promotions && executions.every(({ status }) => status !== 'RUNNING');
      return isOver ? true : undefined;
    },
    5_000,
  );
}
if (begins) {
  await clock.advance(10_000);
  await push('Be good', 1);
  await push('Be bad\n\nSimulate-Image: unready', 2);
}

const executions = await letTimePass(
  system,
  'the end of the rollback',
  async () => {
    const listed = await system.call<{ executions: { executionArn: string; status: string }[] }>(
      'sfn',
      'ListExecutions',
      {
        stateMachineArn: system.deployment.workflowArns['rollback-release'],
      },
    );
    const isOver = listed.executions.length > 0 && listed.executions.every(({ status }) => status !== 'RUNNING');
    return isOver ? listed.executions : undefined;
  },
  5_000,
);
await clock.advance(60_000);
const { Items } = await system.call<{ Items: Record<string, { S: string }>[] }>('dynamodb', 'Query', {
  TableName: system.deployment.ledgerTableName,
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': { S: ledgerKey.deployment('dev', service, '', '').pk } },
});
const key = (item: Record<string, { S: string }> | undefined) => ({ pk: item?.pk?.S ?? '', sk: item?.sk?.S ?? '' });
const [good, bad] = await Promise.all(
  [0, 1].map((index) => readLedgerItem(system, key(Items[index]), deploymentRecord)),
);
const quarantine = await readLedgerItem(system, ledgerKey.quarantine(service, bad?.digest ?? ''), quarantineRecord);
const outcome: RolledBack = {
  executions: await Promise.all(
    executions.map(async ({ executionArn, status }) => {
      const { output = '{}' } = await system.call<{ output?: string }>('sfn', 'DescribeExecution', { executionArn });
      return `${status} ${(JSON.parse(output) as { outcome?: string }).outcome}`;
    }),
  ),
  imageInGit: readImages(system, 'dev')[`ghcr.io/pyairtable/${service}`],
  current: (await findCurrent(system, 'dev', service))?.digest,
  good: good?.digest,
  isBadQuarantined: quarantine !== undefined,
  commits: listGitOpsCommits(system).length,
};
await end(outcome);

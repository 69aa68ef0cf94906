// A system in a process of its own that drills a recovery and then fails over: `node serve-recovery.ts <options as JSON>`.
import { Client } from 'pg';
import { deploymentParameterName, deploymentSchema } from '../../contracts/deployment.ts';
import { approvalActions } from '../../contracts/events/slack.ts';
import { approvalRecord } from '../../contracts/ledger/approvals.ts';
import { failOverRecord, type Site } from '../../contracts/ledger/fail-overs.ts';
import { recoveryDrillRecord } from '../../contracts/ledger/recovery-drills.ts';
import { ledgerKind } from '../../contracts/ledger.ts';
import { operatorOf } from '../../local/runtime/service.ts';
import { ClusterRegistry } from '../../local/services/eks/cluster-registry.ts';
import { listLedgerItems } from '../../tour/list-ledger-items.ts';
import { listGitOpsCommits } from './promotions.ts';
import { startKillableSystem } from './start-killable-system.ts';
import { letTimePass } from './start-test-system.ts';

export interface Recovered {
  /** How each execution ended, and how each stands in the ledger. */
  readonly drills: readonly string[];
  readonly moves: readonly string[];
  /** Who has agreed to the fail-over, and by what way. */
  readonly agreed: readonly string[];
  /** How the fencing of what was left behind ended, and whether the database there takes writes. */
  readonly fencings: readonly string[];
  readonly homeIsReadOnly: string;
  /** Of the server in the recovery region. */
  readonly databases: readonly string[];
  readonly rowsThere: number;
  /** Where the names lead. */
  readonly targets: readonly string[];
  /** Subjects of the commits for the recovery region. */
  readonly commits: readonly string[];
}

const { system, begins, end } = await startKillableSystem();
const { context } = system.runtime;
const region = 'eu-west-1';
const call = <Output extends object>(service: string, operation: string, input: object): Promise<Output> =>
  context.call<Output>({ service, operation, region, principal: operatorOf(context), input });

async function run(stateMachineArn: string, input: object): Promise<void> {
  const { executionArn } = await system.call<{ executionArn: string }>('sfn', 'StartExecution', {
    stateMachineArn,
    input: JSON.stringify(input),
  });
  await letTimePass(
    system,
    `the end of ${executionArn}`,
    async () => {
      const { status } = await system.call<{ status: string }>('sfn', 'DescribeExecution', { executionArn });
      return status === 'RUNNING' ? undefined : status;
    },
    2_000,
  );
}

/** Starts it unless an earlier life has, or it starts by itself, and waits until none runs. Answers how each ended. */
async function ensure(
  name: string,
  input: object | undefined,
  meanwhile = async (): Promise<void> => undefined,
): Promise<string[]> {
  const arn = String(system.deployment.workflowArns['verify-backup'])
    .replace(system.deployment.region, region)
    .replace('verify-backup', name);
  const list = async () =>
    (await call<{ executions: { status: string }[] }>('sfn', 'ListExecutions', { stateMachineArn: arn })).executions;
  if (input !== undefined && (await list()).length === 0)
    await call('sfn', 'StartExecution', { stateMachineArn: arn, input: JSON.stringify(input) });
  return await letTimePass(
    system,
    `the end of ${name}`,
    async () => {
      await meanwhile();
      const found = (await list()).map(({ status }) => status);
      return found.length === 0 || found.includes('RUNNING') ? undefined : found;
    },
    2_000,
  );
}

/** By a press in Slack, whose address leads to the API of the recovery region: that of the primary one is not asked. */
async function approve(): Promise<void> {
  const [pending] = await listLedgerItems(system, ledgerKind.pendingApproval, approvalRecord);
  if (pending === undefined) return;
  const { approvalId, planHash } = pending;
  const value = JSON.stringify({ approvalId, planHash });
  const message = system.world.slack
    .messages()
    .find(({ blocks }) => JSON.stringify(blocks).includes(JSON.stringify(value)));
  if (message === undefined) return;
  const press = { messageTs: message.ts, actionId: approvalActions.approve, value, userId: 'U0GRACE01' };
  const { status, body } = await system.world.slack.pressButton({
    ...press,
    at: `${await readApiUrl()}/webhooks/slack`,
  });
  if (status !== 200) throw new Error(`the API of the recovery region answered ${status} to a press: ${body}`);
}

async function readApiUrl(): Promise<string> {
  const Name = deploymentParameterName('pyairtable');
  const { Parameter } = await call<{ Parameter: { Value: string } }>('ssm', 'GetParameter', { Name });
  return deploymentSchema.parse(JSON.parse(Parameter.Value)).apiUrl;
}

async function query<Row extends object>(text: string, name?: string, site: Site = 'recovery'): Promise<Row[]> {
  const { host, port, user, password, database } = system.world.databases.get('prod', 'pyairtable', site);
  const client = new Client({ host, port, user, password, database: name ?? database });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

if (begins) {
  const { workflowArns } = system.deployment;
  await run(String(workflowArns['back-up-database']), { request: { environment: 'prod' } });
  await run(String(workflowArns['back-up-configuration']), {});
  await run(String(workflowArns['replicate-to-recovery-region']), {});
}
const drills = await ensure('recovery-drill', {});
const request = { environment: 'prod', to: 'recovery', actor: 'ada-release', reason: 'tried' };
// In this life the cluster of the primary region does not answer; the next one finds it at its address again.
const clusters = new ClusterRegistry(context.store);
const home = { name: 'pyairtable-prod', region: system.deployment.region };
const before = await listLedgerItems(system, ledgerKind.failOver, failOverRecord);
if (before.length === 0)
  clusters.register({
    ...home,
    endpoint: 'https://127.0.0.1:9',
    certificateAuthorityData: Buffer.from('').toString('base64'),
  });
const moves = await ensure('fail-over', { request }, approve);
const fencings = await ensure('fence-home', undefined);

const recorded = await listLedgerItems(system, ledgerKind.recoveryDrill, recoveryDrillRecord);
const moved = await listLedgerItems(system, ledgerKind.failOver, failOverRecord);
const approvals = await listLedgerItems(system, ledgerKind.closedApproval, approvalRecord);
const { ResourceRecordSets } = await call<{ ResourceRecordSets: { ResourceRecords?: { Value: string }[] }[] }>(
  'route53',
  'ListResourceRecordSets',
  { HostedZoneId: 'Z0PYAIRTABLEEXAMPLE' },
);
const outcome: Recovered = {
  drills: [...drills, ...recorded.map(({ status, scorecard }) => `${status} ${scorecard?.sweep.left.length} left`)],
  moves: [
    ...moves,
    ...moved.map(({ status, reason }) => `${status}${reason.includes('was not fenced') ? ', home not fenced' : ''}`),
  ],
  agreed: approvals.flatMap(({ status, votes }) => votes.map(({ approver, via }) => `${status} ${approver} ${via}`)),
  fencings,
  homeIsReadOnly: String(
    (
      await query<{ value: string }>(
        "SELECT current_setting('default_transaction_read_only') AS value",
        undefined,
        'primary',
      )
    )[0]?.value,
  ),
  databases: (
    await query<{ datname: string }>(`SELECT datname FROM pg_database WHERE datname ~ '^pyairtable'`, 'postgres')
  ).map(({ datname }) => datname),
  rowsThere: (await query('SELECT 1 FROM records')).length,
  targets: ResourceRecordSets.flatMap(({ ResourceRecords = [] }) => ResourceRecords.map(({ Value }) => Value)),
  commits: listGitOpsCommits(system)
    .map(({ message }) => message.split('\n')[0] ?? '')
    .filter((subject) => subject.includes('recovery region')),
};
await end(outcome);

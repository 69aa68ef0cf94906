// A system in a process of its own that renews a certificate: `node serve-renewal.ts <options as JSON>`.
import { describeExecutions, locate, readCertificate, readSecret, readServed } from './certificates.ts';
import { startKillableSystem } from './start-killable-system.ts';
import { letTimePass } from './start-test-system.ts';

export interface Renewed {
  /** How each execution of renew-certificate ended. */
  readonly executions: readonly string[];
  /** How often cert-manager has issued it. */
  readonly revision: number | undefined;
  readonly isServed: boolean;
  /** What people were told of the renewal. */
  readonly messages: readonly string[];
  /** Renewals on record, and whether somebody holds the right to renew. */
  readonly recorded: number;
  readonly holder: string | undefined;
}

const name = 'app-dev';
const { system, begins, end } = await startKillableSystem();
const { clock } = system.runtime.context;

if (begins) {
  await letTimePass(system, 'the first certificate', () =>
    readCertificate(system, name).status?.revision === 1 ? true : undefined,
  );
  await clock.advance(60_000);
  await system.call('sfn', 'StartExecution', {
    stateMachineArn: system.deployment.workflowArns['renew-certificate'],
    input: JSON.stringify({ request: { name, actor: 'ada', reason: 'test' } }),
  });
}
const executions = await letTimePass(
  system,
  'the end of the renewal',
  async () => {
    const listed = await describeExecutions(system, 'renew-certificate');
    return listed.length > 0 && listed.every(({ status }) => status !== 'RUNNING') ? listed : undefined;
  },
  5_000,
);
await clock.advance(60_000);
const { Items } = await system.call<{ Items: Record<string, { S?: string }>[] }>('dynamodb', 'Query', {
  TableName: system.deployment.ledgerTableName,
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': { S: `RENEWAL#${name}` } },
});
const isRun = ({ sk }: Record<string, { S?: string }>): boolean => sk?.S?.startsWith('RUN#') === true;
const served = await readServed(system, name);
const renewed: Renewed = {
  executions: executions.map(
    ({ status, output = '{}' }) => `${status} ${(JSON.parse(output) as { outcome?: string }).outcome}`,
  ),
  revision: readCertificate(system, name).status?.revision,
  isServed: served.length > 0 && served.every((leaf) => leaf === readSecret(system, name)),
  messages: system.world.slack
    .messages()
    .filter(({ text, threadTs }) => threadTs === undefined && text.includes(locate(system, name).endpoint.host))
    .map(({ text }) => text),
  recorded: Items.filter(isRun).length,
  holder: Items.find((item) => !isRun(item))?.holder?.S,
};
await end(renewed);

// A morning of certificates by the deployed parts: one is renewed, one is stuck at its issuer, one is served stale; and what people then do.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { renewalRecord, renewalStateRecord } from '../../contracts/ledger/certificate-renewals.ts';
import { certificateRecord } from '../../contracts/ledger/certificates.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { deployments } from '../../local/world/kubernetes/resources/built-in-types.ts';
import type { Deployment } from '../../local/world/kubernetes/resources/workload-types.ts';
import { readLedgerItem, toPlain } from '../../tour/read-ledger-item.ts';
import {
  breakIssuer,
  describeExecutions,
  keepOnlySchedule,
  locate,
  readCertificate,
  readSecret,
  readServed,
  replaceCertificate,
} from './certificates.ts';
import { type CliResult, runCli } from './run-cli.ts';
import { letTimePass, startTestSystem, type TestSystem } from './start-test-system.ts';

const due = 'app-dev';
const stuck = 'api-dev';
const stale = 'tools-dev';
const hour = 3_600_000;

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem();
  const { clock } = system.runtime.context;
  await letTimePass(system, 'the first certificates', () => {
    const issued = [due, stuck, stale].every((name) => readCertificate(system, name).status?.revision === 1);
    return issued ? true : undefined;
  });
  const morning = clock.now() + 10 * 60_000;
  await keepOnlySchedule(system, 'check-certificates', morning);
  // cert-manager tries at once, fails, and waits for an hour before it tries again.
  breakIssuer(system, due, 'rate-limit');
  breakIssuer(system, stuck, 'dns');
  for (const name of [due, stuck]) await replaceCertificate(system, name, { from: -85, to: 5 });
  await replaceCertificate(system, stale, { from: -0.5, to: 89 });
  await clock.advance(60_000);
  breakIssuer(system, due);
  expect(readCertificate(system, due).status).toMatchObject({ failedIssuanceAttempts: 1, revision: 1 });
  await clock.advance(15 * 60_000);
  await letTimePass(
    system,
    'the end of what the check has begun',
    async () => {
      const executions = await describeExecutions(system, 'renew-certificate');
      return executions.length === 3 && executions.every(({ status }) => status !== 'RUNNING') ? true : undefined;
    },
    10_000,
  );
  await clock.advance(30_000);
}, 180_000);
afterAll(async () => await system.stop());

const hostOf = (name: string): string => locate(system, name).endpoint.host;
/** What people read of it now, in alphabetical order. */
const told = (name: string): string[] =>
  system.world.slack
    .messages()
    .filter(({ text, threadTs }) => threadTs === undefined && text.includes(hostOf(name)))
    .map(({ text }) => text)
    .toSorted();
const verdictOf = async (name: string) =>
  (await readLedgerItem(system, ledgerKey.certificate(name), certificateRecord))?.verdict;
const stateOf = (name: string) => readLedgerItem(system, ledgerKey.renewalState(name), renewalStateRecord);
const isServed = async (name: string): Promise<boolean> => {
  const served = await readServed(system, name);
  return served.length > 0 && served.every((leaf) => leaf === readSecret(system, name));
};
async function listRenewals(name: string) {
  const { Items } = await system.call<{ Items: Record<string, never>[] }>('dynamodb', 'Query', {
    TableName: system.deployment.ledgerTableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :run)',
    ExpressionAttributeValues: { ':pk': { S: ledgerKey.renewalState(name).pk }, ':run': { S: 'RUN#' } },
  });
  return Items.map((item) => renewalRecord.parse(toPlain({ M: item })));
}

/** The command line: time passes only while what it has started runs, however long the program itself takes to start. */
async function renew(name: string, ...options: string[]): Promise<CliResult> {
  const { trace, clock } = system.runtime.context;
  const since = clock.now();
  const started = trace.waitFor(
    (activity) =>
      activity.name === 'execution-started' &&
      activity.at >= since &&
      String(activity.details.executionArn).includes('-renew-certificate:'),
    60_000,
  );
  const answer = runCli(system, 'certificates', 'renew', name, '--actor', 'ada', ...options);
  await endOf(String((await started).details.executionArn));
  return await answer;
}

async function endOf(executionArn: string): Promise<object> {
  return await letTimePass(system, `the end of ${executionArn}`, async () => {
    const { status, output = '{}' } = await system.call<{ status: string; output?: string }>(
      'sfn',
      'DescribeExecution',
      { executionArn },
    );
    return status === 'RUNNING' ? undefined : { status, ...(JSON.parse(output) as object) };
  });
}

it('one that is due is renewed by the finding of the daily check, confirmed at every address, and its message closed', async () => {
  expect(await listRenewals(due)).toEqual([
    expect.objectContaining({ outcome: 'succeeded', action: 'issue', actor: 'check-certificates' }),
  ]);
  // Not by cert-manager itself, which would have waited for another three quarters of an hour.
  expect(readCertificate(system, due).status?.revision).toBe(2);
  expect(await isServed(due)).toBe(true);
  expect(await verdictOf(due)).toMatchObject({ state: 'valid', daysLeft: 89 });
  expect(told(due)).toEqual([expect.stringContaining('is in order again'), expect.stringContaining('was renewed')]);
});

it('one that is served stale is restarted, not issued again', async () => {
  expect(await listRenewals(stale)).toEqual([expect.objectContaining({ outcome: 'succeeded', action: 'restart' })]);
  expect(readCertificate(system, stale).status?.revision).toBe(1);
  const { registry, namespace, endpoint } = locate(system, stale);
  const restarted = registry.get<Deployment>(deployments, namespace, endpoint.restart[0] ?? '');
  expect(restarted.spec.template.metadata?.annotations).toMatchObject({
    'kubectl.kubernetes.io/restartedAt': expect.any(String),
  });
  expect(await isServed(stale)).toBe(true);
  expect(await verdictOf(stale)).toMatchObject({ state: 'valid', problems: [] });
});

describe('one that is stuck at its issuer', () => {
  it('says why in the ledger, to people and on the command line, and is not tried again by itself', async () => {
    const [failed, ...more] = await listRenewals(stuck);
    expect(more).toEqual([]);
    expect(failed).toMatchObject({ outcome: 'failed', obstacle: 'dns', reason: expect.stringContaining('DNS record') });
    const state = await stateOf(stuck);
    expect(state).toMatchObject({ failures: 1 });
    expect(state?.holder).toBeUndefined();
    const waits = Date.parse(state?.notBefore ?? '') - Date.parse(failed?.finishedAt ?? '');
    expect(waits).toBe(6 * hour);
    expect(told(stuck)).toEqual([
      expect.stringContaining('could not be renewed'),
      expect.stringContaining('will expire'),
    ]);

    // The next check finds it as it was, asks for a renewal again, and is refused that.
    const checked = await runCli(system, 'certificates', 'check', stuck);
    expect(checked.exitCode).toBe(1);
    expect(checked.stdout).toContain('expires-in-days');
    const { output = '' } = await letTimePass(system, 'the answer to the second finding', async () => {
      const last = (await describeExecutions(system, 'renew-certificate')).at(-1);
      return last?.input.includes(stuck) === true && last.status === 'SUCCEEDED' ? last : undefined;
    });
    expect(JSON.parse(output)).toMatchObject({
      outcome: 'suppressed',
      reason: expect.stringContaining('nothing is started by itself before'),
    });
    expect(await listRenewals(stuck)).toHaveLength(1);
  }, 120_000);

  it('is renewed at once by a person who has mended the record', async () => {
    breakIssuer(system, stuck);
    const renewed = await renew(stuck);
    expect([renewed.exitCode, renewed.stderr]).toEqual([0, expect.any(String)]);
    expect(renewed.stdout).toContain('succeeded');
    expect(await isServed(stuck)).toBe(true);
    expect(await stateOf(stuck)).toMatchObject({ failures: 0 });
    await letTimePass(system, 'the closing of its message', () =>
      told(stuck).some((text) => text.includes('is in order again')) ? true : undefined,
    );
  }, 120_000);
});

describe('an issuer that limits the rate', () => {
  it('is recognised, holds back people too who do not insist, and says until when', async () => {
    breakIssuer(system, due, 'rate-limit');
    const limited = await renew(due);
    expect(limited.exitCode).toBe(1);
    expect(limited.stdout).toMatch(/failed the issuer refuses until \d{4}-.*rateLimited/);
    expect((await listRenewals(due)).at(-1)).toMatchObject({
      outcome: 'failed',
      obstacle: 'rate-limited',
      actor: 'ada',
    });
    expect((await stateOf(due))?.rateLimitedUntil).toMatch(/^\d{4}-/);
    expect(told(due)).toContainEqual(expect.stringContaining('could not be renewed'));

    breakIssuer(system, due);
    const refused = await renew(due);
    expect([refused.exitCode, refused.stdout]).toEqual([
      1,
      expect.stringContaining('refused the issuer refuses until'),
    ]);
    const insisted = await renew(due, '--insist');
    expect([insisted.exitCode, insisted.stdout]).toEqual([0, expect.stringContaining('succeeded')]);
    expect(readCertificate(system, due).status?.revision).toBe(3);
  }, 120_000);
});

it('one whose renewal was stopped is taken over at once', async () => {
  const start = async (): Promise<string> => {
    const { executionArn } = await system.call<{ executionArn: string }>('sfn', 'StartExecution', {
      stateMachineArn: system.deployment.workflowArns['renew-certificate'],
      input: JSON.stringify({ request: { name: due, actor: 'ada', reason: 'test' } }),
    });
    return executionArn;
  };
  breakIssuer(system, due, 'dns');
  const first = await start();
  await letTimePass(system, 'the first one', async () => ((await stateOf(due))?.holder === first ? true : undefined));
  expect(await endOf(await start())).toMatchObject({
    outcome: 'suppressed',
    reason: `it is being renewed by ${first}`,
  });
  await system.call('sfn', 'StopExecution', { executionArn: first });
  breakIssuer(system, due);
  const planned = await runCli(system, 'certificates', 'renew', due, '--plan');
  expect(planned.stdout).toContain('would be renewed');
  expect(await endOf(await start())).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
}, 120_000);

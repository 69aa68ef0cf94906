// What our own parts cannot do: it is tried again, lies in a dead-letter queue, and is completed by a redrive.
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventRecord } from '../../contracts/ledger/events.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { readLedgerItem } from '../../tour/read-ledger-item.ts';
import { prepareAssembly } from '../prepare-assembly.ts';
import { commitService, silenceGitHub } from './commit-service.ts';
import { findCurrent, listExecutions, waitForExecution, waitForPromotion } from './promotions.ts';
import { runCli } from './run-cli.ts';
import { sendWebhook } from './send-webhook.ts';
import { letTimePass, startTestSystem, type TestSystem } from './start-test-system.ts';

interface Template {
  readonly Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
}

let directory: string;
let assemblyDirectory: string;
let stateDirectory: string;
let system: TestSystem;

/** A copy of the assembly that a test may break, and the system on it. Its state stays over `restart`. */
async function start(edit: (template: Template) => void): Promise<void> {
  rmSync(assemblyDirectory, { recursive: true, force: true });
  cpSync(prepareAssembly(), assemblyDirectory, { recursive: true });
  const path = join(assemblyDirectory, 'pyairtable-automation.template.json');
  const template = JSON.parse(readFileSync(path, 'utf8')) as Template;
  edit(template);
  writeFileSync(path, JSON.stringify(template));
  system = await startTestSystem({ stateDirectory, assemblyDirectory });
  await silenceGitHub(system);
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'e2e-dead-letters-'));
  assemblyDirectory = join(directory, 'assembly');
  stateDirectory = join(directory, 'state');
  await start(breakEverything);
}, 120_000);
afterAll(async () => {
  await system.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** The code of a function in the assembly. */
function findBundle(template: Template, name: string): { properties: Record<string, unknown>; file: string } {
  const found = Object.values(template.Resources).find(
    ({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties.FunctionName === `pyairtable-${name}`,
  );
  if (found === undefined) throw new Error(`no function ${name}`);
  const key = (found.Properties.Code as { S3Key: string }).S3Key.replace(/\.zip$/, '');
  const folder = join(assemblyDirectory, `asset.${key}`);
  const file = readdirSync(folder).find((entry) => /^index\.m?js$/.test(entry));
  return { properties: found.Properties, file: join(folder, String(file)) };
}

const flag = (name: string) => join(directory, name);

/** Each function fails in its own way as long as its flag is there. */
function breakEverything(template: Template): void {
  findBundle(template, 'record-event').properties.Timeout = 1;
  findBundle(template, 'report-build').properties.MemorySize = 128;
  doFirst(template, 'notify', 'throw new Error("the notifier is broken")');
  doFirst(template, 'record-event', 'await new Promise(() => {})');
  doFirst(template, 'report-build', 'const hoard = []; for (;;) hoard.push(new Array(1e6).fill(hoard.length))');
}

/** Has the function do something else before its work, as long as its flag is there. */
function doFirst(template: Template, name: string, statement: string): void {
  const { file } = findBundle(template, name);
  const code = readFileSync(file, 'utf8');
  const renamed = code.replace(/(\w+) as handler/, '$1 as original');
  expect(renamed).not.toBe(code);
  const inner = file.replace(/index(\.m?js)$/, 'original$1');
  writeFileSync(inner, renamed);
  writeFileSync(
    file,
    `import { existsSync } from 'node:fs';
     import { original } from './${inner.split('/').at(-1)}';
     export async function handler(event, context) {
       if (existsSync(${JSON.stringify(flag(name))})) { ${statement} }
       return original(event, context);
     }`,
  );
  appendFileSync(flag(name), '');
}

const repair = (name: string) => rmSync(flag(name));

async function listLetters(): Promise<{ concern: string; target: string; reason: string }[]> {
  const { stdout } = await runCli(system, 'redrive', '--list', '--json');
  return JSON.parse(stdout) as { concern: string; target: string; reason: string }[];
}

const attempts = (name: string) =>
  system.runtime.context.trace
    .recent()
    .filter((activity) => activity.name === 'invocation-started' && activity.subject === `pyairtable-${name}`).length;

describe('a function that cannot do its work', () => {
  let promotionId: string;
  let sha: string;

  it('is tried three times, and then its event lies in the queue of its concern', async () => {
    const { clock } = system.runtime.context;
    const commit = await commitService(system, 'api-gateway');
    sha = commit.sha;
    promotionId = (await sendWebhook(system, commit.push)).id;
    await clock.advance(5_000);
    await sendWebhook(system, commit.run('success'));
    await clock.advance(5_000);
    // One attempt at once, one after a minute, one after two more.
    expect(attempts('report-build')).toBe(1);
    await clock.advance(61_000);
    expect(attempts('report-build')).toBe(2);
    await clock.advance(125_000);
    expect(attempts('report-build')).toBe(3);
    await clock.advance(10 * 60_000);
    expect(attempts('report-build')).toBe(3);

    const letters = await letTimePass(system, 'the dead letters', async () => {
      const all = await listLetters();
      return all.length >= 4 ? all : undefined;
    });
    const about = (concern: string) => letters.filter((letter) => letter.concern === concern);
    expect(about('promotion')).toEqual([
      expect.objectContaining({
        target: expect.stringContaining('report-build'),
        reason: expect.stringMatching(/OutOfMemory|signal|exited|memory/i),
      }),
    ]);
    expect(about('notification').length).toBeGreaterThanOrEqual(1);
    for (const { reason } of about('notification')) expect(reason).toBe('the notifier is broken');
    expect(about('audit').length).toBeGreaterThanOrEqual(2);
    for (const { reason } of about('audit')) expect(reason).toMatch(/timed out after 1\.00 seconds/);
    // What nobody could report was found all the same: a promotion that waits for its build asks GitHub itself.
    expect((await waitForPromotion(system, promotionId)).record).toMatchObject({ outcome: 'succeeded', commit: sha });
  }, 120_000);

  it('raises the alarm of that queue', async () => {
    await system.runtime.context.clock.advance(10 * 60_000);
    const { MetricAlarms } = await system.call<{ MetricAlarms: { AlarmName: string; StateValue: string }[] }>(
      'cloudwatch',
      'DescribeAlarms',
      { StateValue: 'ALARM' },
    );
    const names = MetricAlarms.map(({ AlarmName }) => AlarmName).join(' ');
    for (const concern of ['Promotion', 'Notification', 'Audit']) expect(names).toContain(`${concern}DeadLetters`);
  }, 60_000);

  it('leaves its letter where it is when a redrive meets the same failure', async () => {
    const before = (await listLetters()).filter(({ concern }) => concern === 'notification').length;
    expect((await runCli(system, 'redrive', '--concern', 'notification')).exitCode).toBe(0);
    await system.runtime.context.clock.advance(10 * 60_000);
    expect((await listLetters()).filter(({ concern }) => concern === 'notification')).toHaveLength(before);
  }, 60_000);

  it('completes everything by a redrive once it works again', async () => {
    repair('notify');
    repair('record-event');
    repair('report-build');
    const { exitCode, stdout } = await runCli(system, 'redrive', '--json');
    expect(exitCode).toBe(0);
    expect((JSON.parse(stdout) as { outcome: string }[]).every(({ outcome }) => outcome === 'redriven')).toBe(true);
    const { record } = await waitForPromotion(system, promotionId);
    expect(record).toMatchObject({ outcome: 'succeeded', commit: sha });
    // A letter that is back with its function is worked off in a moment of its own.
    const recorded = await letTimePass(system, 'the record of the event', () =>
      readLedgerItem(system, ledgerKey.event(promotionId), eventRecord),
    );
    expect(recorded).toMatchObject({ detailType: 'push' });
    await system.runtime.context.clock.advance(60_000);
    const told = system.world.slack.messages().filter(({ threadTs }) => threadTs === undefined);
    expect(told.map(({ text }) => text)).toEqual([expect.stringContaining('now runs in dev')]);
    expect(await listLetters()).toEqual([]);
  }, 60_000);
});

describe('deliveries that failed while we were down', () => {
  it('are asked for again by the reconciler and have their effect once', async () => {
    await system.world.github.configureWebhook({
      url: 'http://127.0.0.1:9/webhooks/github',
      secret: system.webhookSecret,
    });
    const files = { 'services/mcp-server/VERSION': 'while down\n' };
    const push = { repo: 'pyairtable', branch: 'develop', files, message: 'While we are down' };
    const { sha, deliveries } = await system.world.github.pushCommit(push);
    expect(deliveries.every(({ outcome }) => outcome?.statusCode === 0)).toBe(true);
    await system.runtime.context.clock.advance(3_000);
    const before = (await listExecutions(system)).length;

    await system.world.github.configureWebhook({
      url: `${system.deployment.apiUrl}/webhooks/github`,
      secret: system.webhookSecret,
    });
    await letTimePass(
      system,
      'the release of what was pushed',
      async () => ((await findCurrent(system, 'dev', 'mcp-server'))?.commit === sha ? true : undefined),
      30_000,
    );
    await system.runtime.context.clock.advance(30 * 60_000);
    const executions = await listExecutions(system);
    expect(executions).toHaveLength(before + 1);
    for (const { executionArn } of executions) expect(await waitForExecution(system, executionArn)).toBe('SUCCEEDED');
  }, 60_000);
});

describe('a permission that is missing', () => {
  it('is our fault to GitHub, names itself in the log only, and the delivery works once it is given', async () => {
    await system.stop();
    await start((template) => {
      for (const { Type, Properties } of Object.values(template.Resources)) {
        if (Type !== 'AWS::IAM::Policy' || !JSON.stringify(Properties.Roles).includes('ReceiveGithubWebhook')) continue;
        const document = Properties.PolicyDocument as { Statement: { Action: unknown }[] };
        document.Statement = document.Statement.filter(({ Action }) => Action !== 'events:PutEvents');
      }
    });
    const commit = await commitService(system, 'llm-orchestrator');
    const refused = await sendWebhook(system, commit.push);
    expect([refused.status, refused.text]).toEqual([503, '{"message":"the event was not accepted: send it again"}']);
    const denied = system.runtime.context.trace.recent().find(({ name }) => name === 'access-denied');
    expect(denied?.details).toMatchObject({ action: 'events:PutEvents' });

    await system.stop();
    await start(() => undefined);
    const { id, status } = await sendWebhook(system, { ...commit.push, id: refused.id });
    expect(status).toBe(202);
    await sendWebhook(system, commit.run('success'));
    expect((await waitForPromotion(system, id)).record.outcome).toBe('succeeded');
  }, 120_000);
});

describe('a step that takes longer than GitHub waits for an answer', () => {
  it('is not waited for: the delivery is answered, and the promotion goes on when the step is done', async () => {
    await system.stop();
    await start((template) =>
      doFirst(template, 'plan-promotion', 'await new Promise((resolve) => setTimeout(resolve, 11_000))'),
    );
    const commit = await commitService(system, 'llm-orchestrator');
    await sendWebhook(system, commit.run('success'));
    const startedAt = performance.now();
    const { id, status } = await sendWebhook(system, commit.push);
    expect(status).toBe(202);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect((await waitForPromotion(system, id)).record.outcome).toBe('succeeded');
    expect(performance.now() - startedAt).toBeGreaterThan(11_000);
  }, 120_000);
});

// The command line as a person or a script uses it: a process of its own, against the running system.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChangePreview } from '../../contracts/workflows/gate-verdicts.ts';
import { commitService } from './commit-service.ts';
import { listExecutions, listGitOpsCommits } from './promotions.ts';
import { runCli } from './run-cli.ts';
import { letTimePass, root, startTestSystem, type TestSystem } from './start-test-system.ts';

let system: TestSystem;
let sha: string;
let executionArn: string;

beforeAll(async () => {
  system = await startTestSystem();
  ({ sha } = await commitService(system, 'api-gateway'));
  executionArn = await letTimePass(system, 'the release', async () => {
    const [execution] = await listExecutions(system);
    return execution?.status === 'SUCCEEDED' ? execution.executionArn : undefined;
  });
  await system.runtime.context.clock.advance(5_000);
}, 120_000);
afterAll(async () => await system.stop());

const cli = (...args: string[]) => runCli(system, ...args);
async function readJson<T>(...args: string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await cli(...args, '--json');
  expect([exitCode, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as T;
}

describe('automation', () => {
  it('status says what runs where', async () => {
    const { exitCode, stdout } = await cli('status');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/api-gateway/);
    expect(stdout).toMatch(/dev/);
    expect(stdout).toContain(sha.slice(0, 7));
    expect(JSON.stringify(await readJson('status'))).toContain(sha);
  }, 30_000);

  it('events tells what happened, newest last', async () => {
    const events = await readJson<{ detailType: string; occurredAt: string }[]>('events');
    const types = events.map(({ detailType }) => detailType);
    for (const type of ['push', 'workflow_run', 'PromotionStarted', 'PromotionSucceeded'])
      expect(types).toContain(type);
    expect(types.indexOf('push')).toBeLessThan(types.indexOf('PromotionSucceeded'));
    expect(await readJson<unknown[]>('events', '--limit', '2')).toHaveLength(2);
    expect((await cli('events')).stdout).toMatch(/PromotionSucceeded/);
  }, 30_000);

  it('executions and execution tell how it went', async () => {
    expect(JSON.stringify(await readJson('executions'))).toContain(executionArn);
    expect((await cli('executions', '--status', 'FAILED')).stdout).not.toContain('promote-release:');
    const name = executionArn.split(':').at(-1) ?? '';
    const { stdout } = await cli('execution', name.slice(0, 12));
    for (const state of ['PlanPromotion', 'AwaitBuild', 'CommitPromotion', 'RunSmokeTests'])
      expect(stdout).toContain(state);
    expect(JSON.stringify(await readJson('execution', executionArn, '--data'))).toContain(sha);
  }, 30_000);

  it('explain gives the chain of causes of an event, an execution and a release', async () => {
    const [push] = (await readJson<{ eventId: string; detailType: string }[]>('events')).filter(
      ({ detailType }) => detailType === 'push',
    );
    for (const subject of [push?.eventId ?? '', executionArn, `api-gateway@${sha.slice(0, 10)}`]) {
      const { exitCode, stdout } = await cli('explain', subject);
      expect([subject, exitCode]).toEqual([subject, 0]);
      expect(stdout).toMatch(/push/);
      expect(stdout).toMatch(/PromotionSucceeded|succeeded/);
    }
    await readJson('explain', executionArn);
  }, 30_000);

  it('promote --plan says what would happen and changes nothing; promote does it', async () => {
    const ask = ['promote', 'api-gateway', '--version', sha, '--to', 'staging', '--actor', 'grace-platform'];
    const commits = listGitOpsCommits(system).length;
    const executions = (await listExecutions(system)).length;
    const plan = await cli(...ask, '--plan');
    expect([plan.exitCode, plan.stderr]).toEqual([0, '']);
    expect(plan.stdout).toMatch(/api-gateway/);
    expect(plan.stdout).toMatch(/staging/);
    expect(plan.stdout).toContain('+++ b/overlays/staging/kustomization.yaml');
    const { planHash = '', verdicts } = await readJson<ChangePreview>(...ask, '--plan');
    expect(planHash).toMatch(/^[0-9a-f]{64}$/);
    expect(plan.stdout).toContain(planHash);
    expect(verdicts.filter(({ verdict }) => verdict !== 'open' && verdict !== 'not-asked')).toEqual([]);
    expect(listGitOpsCommits(system)).toHaveLength(commits);
    expect(await listExecutions(system)).toHaveLength(executions);

    const moved = await cli(...ask, '--plan-hash', '0'.repeat(64));
    expect([moved.exitCode, moved.stdout]).toEqual([1, expect.stringContaining('the world moved')]);
    expect(listGitOpsCommits(system)).toHaveLength(commits);
    const done = await cli(...ask, '--reason', 'the command line says so', '--plan-hash', planHash);
    expect(done.exitCode).toBe(0);
    expect(listGitOpsCommits(system).at(-1)?.files).toEqual(['overlays/staging/kustomization.yaml']);
    expect((await cli('status')).stdout).toMatch(/staging/);
  }, 60_000);

  it('freeze holds promotions up and nothing else, until it is lifted; override asks two others', async () => {
    const frozen = ['--reason', 'the auditors are here', '--env', 'prod', '--actor', 'ada-release'];
    const { freezeId } = await readJson<{ freezeId: string }>('freeze', 'add', 'audit', ...frozen);
    expect((await cli('freeze')).stdout).toContain('the auditors are here');
    const ask = ['promote', 'api-gateway', '--version', sha, '--to', 'prod', '--actor', 'ada-release'];
    const { outcome, verdicts } = await readJson<ChangePreview>(...ask, '--plan');
    expect(outcome).toBe('refused');
    expect(verdicts.find(({ gate }) => gate === 'not-frozen')).toMatchObject({ verdict: 'closed' });
    const back = await cli('rollback', 'api-gateway', '--env', 'staging', '--actor', 'ada-release', '--plan');
    expect(back.stdout).not.toContain('frozen');
    const overrule = ['--env', 'prod', '--gate', 'not-frozen', '--reason', 'security fix', '--actor', 'ada-release'];
    const { approvalId } = await readJson<{ approvalId: string }>('override', 'request', 'api-gateway', ...overrule);
    for (const actor of ['grace-platform', 'lin-operations']) {
      expect((await cli('approvals', 'approve', approvalId, '--actor', actor)).exitCode).toBe(0);
    }
    expect((await cli('override')).stdout).toContain('approved');
    const overruled = await readJson<ChangePreview>(...ask, '--plan');
    expect(overruled.verdicts.find(({ gate }) => gate === 'not-frozen')).toMatchObject({ verdict: 'open' });
    expect((await cli('freeze', 'lift', freezeId, '--reason', 'they have left')).exitCode).toBe(0);
    expect(await readJson('freeze')).toEqual([]);
  }, 90_000);

  it('promote is refused with the reason', async () => {
    const refused = await cli('promote', 'api-gateway', '--version', sha, '--to', 'prod', '--actor', 'mallory');
    expect(refused.stdout + refused.stderr).toContain('mallory may not promote to prod');
    const unknown = await cli(
      'promote',
      'no-such-service',
      '--version',
      sha,
      '--to',
      'dev',
      '--actor',
      'ada-release',
      '--plan',
    );
    expect(unknown.stdout + unknown.stderr).toMatch(/no-such-service/);
  }, 30_000);

  it('redrive has nothing to do', async () => {
    expect((await cli('redrive')).stdout).toContain('nothing lies in the dead-letter queues');
    expect(await readJson('redrive', '--list')).toEqual([]);
  }, 30_000);

  it('local clock moves virtual time', async () => {
    const before = Date.parse((await readJson<{ now: string }>('local', 'clock')).now);
    const after = Date.parse((await readJson<{ now: string }>('local', 'clock', 'advance', '2h')).now);
    expect(after - before).toBeGreaterThanOrEqual(2 * 3_600_000);
    expect(after - before).toBeLessThan(2 * 3_600_000 + 120_000);
  }, 60_000);

  it('says by its exit code what went wrong', async () => {
    expect((await cli('no-such-command')).exitCode).toBe(2);
    expect((await cli('promote', 'api-gateway')).exitCode).toBe(2);
    expect((await cli('events', '--limit', 'many')).exitCode).toBe(2);
    expect((await cli('execution', 'no-such-execution')).exitCode).toBe(3);
    expect((await cli('explain', 'no-such-thing')).exitCode).toBe(3);
    expect((await cli('status', '--endpoint-url', 'http://127.0.0.1:9')).exitCode).toBe(4);
    expect((await cli('--help')).exitCode).toBe(0);
  }, 60_000);
});

describe('automation events --follow', () => {
  it('goes on as things happen, and ends when it is interrupted', async () => {
    const { NODE_OPTIONS: _, ...inherited } = process.env;
    const env = { ...inherited, AWS_ENDPOINT_URL: system.runtime.endpointUrl };
    const args = [join(root, 'cli', 'automation.ts'), 'events', '--follow', '--json'];
    const follower = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    const seen = new Promise<void>((resolve) => {
      follower.stdout.on('data', (chunk: Buffer) => {
        text += chunk;
        if (text.includes('a-tag')) resolve();
      });
    });
    const closed = new Promise<number | null>((resolve) => follower.once('close', resolve));
    await system.world.github.publishRelease({ repo: 'pyairtable', tag: 'a-tag', target: 'develop' });
    await seen;
    follower.kill('SIGINT');
    expect(await closed).toBe(0);
  }, 30_000);
});

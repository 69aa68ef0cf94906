// POST /webhooks/github on the whole system: what has an effect, how often, and what is refused without one.
import { randomBytes, randomUUID } from 'node:crypto';
import { open, readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFrames } from '../../local/storage/journal-frames.ts';
import { startHttpServer } from '../../local/world/http-server.ts';
import { commitService, repository, silenceGitHub } from './commit-service.ts';
import { listExecutions, listGitOpsCommits, waitForPromotion } from './promotions.ts';
import { buildPush } from './recorded-payloads.ts';
import { sendWebhook, signBody } from './send-webhook.ts';
import { letTimePass, startTestSystem, type TestSystem } from './start-test-system.ts';

let system: TestSystem;
let numbers = 0;

beforeAll(async () => {
  system = await startTestSystem();
  await silenceGitHub(system);
}, 120_000);
afterAll(async () => await system.stop());

/** A push that promotes nothing: it is to a branch of no environment. */
function pushTo(branch: string, change: object = {}): object {
  numbers += 1;
  const sha = numbers.toString(16).padStart(40, 'a');
  const push = {
    repository,
    branch,
    before: 'b'.repeat(40),
    after: sha,
    files: ['README.md'],
    pushedAt: 1_700_000_000_000,
  };
  return { ...buildPush(push), ...change };
}

const send = (webhook: Parameters<typeof sendWebhook>[1]) => sendWebhook(system, webhook);

/** How many executions began and how many events of GitHub the bus took while `act` ran and all that follows from it. */
async function countEffects(act: () => Promise<unknown>): Promise<{ executions: number; events: number }> {
  const { clock, trace } = system.runtime.context;
  let events = 0;
  const unsubscribe = trace.subscribe(({ service, name, details }) => {
    if (service === 'events' && name === 'event-accepted' && details.source === 'github.com') events += 1;
  });
  const before = (await listExecutions(system)).length;
  await act();
  await clock.advance(5_000);
  unsubscribe();
  return { executions: (await listExecutions(system)).length - before, events };
}

/** What an execution of this cause ended with. */
async function waitForOutput(promotionId: string): Promise<{ outcome: string; reason: string }> {
  return await letTimePass(system, `the end of ${promotionId}`, async () => {
    for (const { executionArn, status } of await listExecutions(system)) {
      if (status === 'RUNNING') continue;
      const { output = '{}' } = await system.call<{ output?: string }>('sfn', 'DescribeExecution', { executionArn });
      const result = JSON.parse(output) as { promotionId?: string; outcome: string; reason: string };
      if (result.promotionId === promotionId) return result;
    }
    return undefined;
  });
}

describe('one delivery', () => {
  it('has one effect although it comes a hundred times at once, and each gets the same answer', async () => {
    const delivery = { event: 'push', body: pushTo('nobody'), id: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 100 }, async () => await send(delivery)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(202);
    const first = await waitForOutput(delivery.id);
    expect(first.outcome).toBe('nothing');
    expect(await countEffects(() => send(delivery))).toEqual({ executions: 0, events: 0 });
    const arns = await listExecutions(system);
    expect(arns).toHaveLength(1);
  }, 60_000);

  it('has no effect under a fresh delivery id once its body was captured', async () => {
    const body = pushTo('nobody');
    expect(await countEffects(() => send({ event: 'push', body }))).toEqual({ executions: 1, events: 1 });
    expect(await countEffects(() => send({ event: 'push', body }))).toEqual({ executions: 0, events: 0 });
    expect(await countEffects(() => send({ event: 'workflow_run', body }))).toEqual({ executions: 0, events: 0 });
  }, 60_000);

  it('is refused when its id came with another body', async () => {
    const id = randomUUID();
    await send({ event: 'push', body: pushTo('nobody'), id });
    expect(
      await countEffects(async () =>
        expect((await send({ event: 'push', body: pushTo('other'), id })).status).toBe(409),
      ),
    ).toEqual({ executions: 0, events: 0 });
  }, 60_000);

  it('works when it is repeated after a failure of ours, which is answered 503 and tells no detail', async () => {
    const delivery = { event: 'push', body: pushTo('nobody'), id: randomUUID() };
    const setSecret = (SecretString: string) =>
      system.call('secretsmanager', 'PutSecretValue', {
        SecretId: 'pyairtable/automation/github-webhook',
        SecretString,
      });
    await setSecret('{}');
    await system.runtime.context.clock.advance(120_000);
    const effects = await countEffects(async () => {
      const { status, text } = await send(delivery);
      expect(status).toBe(503);
      expect(text).not.toMatch(/secret|github-webhook|arn:/);
    });
    expect(effects).toEqual({ executions: 0, events: 0 });
    await setSecret(JSON.stringify({ current: system.webhookSecret }));
    await system.runtime.context.clock.advance(120_000);
    expect(await countEffects(async () => expect((await send(delivery)).status).toBe(202))).toEqual({
      executions: 1,
      events: 1,
    });
  }, 60_000);

  it('is answered 503 while the disk is full, never 202, and works when it is repeated with space again', async () => {
    const delivery = { event: 'push', body: pushTo('nobody'), id: randomUUID() };
    const handle = await open(join(system.stateDirectory, 'aws', 'journal'));
    const write = jest.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'write').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    await handle.close();
    const { status } = await send(delivery).finally(() => write.mockRestore());
    expect(status).toBe(503);
    // The claim of the attempt that failed runs out; its event was never published.
    await system.runtime.context.clock.advance(20_000);
    expect(await countEffects(async () => expect((await send(delivery)).status).toBe(202))).toEqual({
      executions: 1,
      events: 1,
    });
    const kept = (await readFile(join(system.stateDirectory, 'aws', 'journal'))).includes(delivery.id);
    expect(kept).toBe(true);
  }, 60_000);

  it('counts under the secret before a rotation until that one is taken away', async () => {
    const setSecret = (secret: object) =>
      system.call('secretsmanager', 'PutSecretValue', {
        SecretId: 'pyairtable/automation/github-webhook',
        SecretString: JSON.stringify(secret),
      });
    const sendSigned = async (secret: string) => (await send({ event: 'push', body: pushTo('nobody'), secret })).status;
    const old = system.webhookSecret;
    await setSecret({ current: 'the new one', previous: old });
    // The new one counts at once; what is refused is asked of the secret anew, every 5 s at most.
    await system.runtime.context.clock.advance(6_000);
    expect(await sendSigned('the new one')).toBe(202);
    expect(await sendSigned(old)).toBe(202);
    await setSecret({ current: 'the new one' });
    await system.runtime.context.clock.advance(61_000);
    expect(await sendSigned(old)).toBe(401);
    await setSecret({ current: old });
    await system.runtime.context.clock.advance(61_000);
    expect(await sendSigned(old)).toBe(202);
  }, 60_000);
});

describe('what is not a signed delivery', () => {
  it('is answered 401 alike, whatever is wrong with the signature', async () => {
    const body = JSON.stringify(pushTo('nobody'));
    const good = signBody(body, system.webhookSecret);
    const wrong: Record<string, Record<string, string>> = {
      missing: { 'x-hub-signature-256': '' },
      wrong: { 'x-hub-signature-256': signBody(body, 'guess') },
      truncated: { 'x-hub-signature-256': good.slice(0, -2) },
      'upper-case': { 'x-hub-signature-256': good.toUpperCase() },
      'SHA-1 only': { 'x-hub-signature-256': '', 'x-hub-signature': 'sha1=c8d1de7ea8e43a1ffd0ba24bb1bd4c1a1a5f5f4e' },
      'in the wrong header': { 'x-hub-signature-256': '', 'x-hub-signature': good },
    };
    const effects = await countEffects(async () => {
      const answers = await Promise.all(
        Object.values(wrong).map(async (headers) => await send({ event: 'push', body, headers })),
      );
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect(answers[0]?.status).toBe(401);
      expect(
        (await sendRaw({ 'x-hub-signature-256': [good, signBody(body, 'guess')] }, [Buffer.from(body)])).status,
      ).toBe(401);
    });
    expect(effects).toEqual({ executions: 0, events: 0 });
  }, 60_000);

  it.each([
    ['an empty body', ''],
    ['no JSON', 'hello'],
    ['a form without a payload', 'a=b'],
    ['a list', '[]'],
    ['JSON cut off', '{"ref":"refs/heads/develop"'],
    ['JSON with a raw control character', '{"ref":"a\u0001"}'],
    ['two values', '{}{}'],
    ['100,000 levels of JSON', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('is answered 400 when it is signed and is %s', async (_, body) => {
    const effects = await countEffects(async () => expect((await send({ event: 'push', body })).status).toBe(400));
    expect(effects).toEqual({ executions: 0, events: 0 });
  });

  it('is answered 400 when it is signed and compressed, and is never unpacked', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(100 << 20)));
    const { status } = await send({ event: 'push', body: bomb, headers: { 'content-encoding': 'gzip' } });
    expect(status).toBe(400);
  });

  it('is answered 405, 404 and, as a ping, 200', async () => {
    const { apiUrl } = system.deployment;
    const wrongMethod = await fetch(`${apiUrl}/webhooks/github`);
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${apiUrl}/webhooks/gitlab`, { method: 'POST', body: '{}' })).status).toBe(404);
    expect((await fetch(`${apiUrl}/`)).status).toBe(404);
    const effects = await countEffects(async () =>
      expect((await send({ event: 'ping', body: { zen: 'Keep it logically awesome.' } })).status).toBe(200),
    );
    expect(effects).toEqual({ executions: 0, events: 0 });
  });
});

describe('a body', () => {
  it('counts when it comes as a form, as GitHub sends it too', async () => {
    const push = pushTo('nobody');
    const body = new URLSearchParams({ payload: JSON.stringify(push) }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { status, id } = await send({ event: 'push', body, headers });
    expect(status).toBe(202);
    expect((await waitForOutput(id)).reason).toBe('no environment is promoted from branch nobody');
  }, 60_000);

  it('that is too large for the bus lies in S3, and its push is planned all the same', async () => {
    const { push, run } = await commitService(system, 'mcp-server');
    const [commit] = push.body.commits as object[];
    const body = JSON.stringify({ ...push.body, commits: Array.from({ length: 2_000 }, () => commit) });
    expect(body.length).toBeGreaterThan(1_000_000);
    const { status, id } = await send({ event: 'push', body });
    expect(status).toBe(202);
    await send(run('success'));

    const { record } = await waitForPromotion(system, id);
    expect(record).toMatchObject({ outcome: 'succeeded', services: [{ name: 'mcp-server' }] });
    const bucket = await findClaimCheckBucket();
    const { Contents = [] } = await system.call<{ Contents?: { Key: string; Size: number }[] }>('s3', 'ListObjectsV2', {
      Bucket: bucket,
    });
    expect(Contents.map(({ Size }) => Size)).toContain(Buffer.byteLength(body));
  }, 60_000);

  it('beyond 10 MB is answered 413 before it was read, announced or not, and keeps no memory', async () => {
    const chunk = Buffer.alloc(1 << 16, 'x');
    const chunks = Array.from({ length: 1_600 }, () => chunk);
    const answers = await Promise.all(
      Array.from({ length: 4 }, async () => await sendRaw({ 'x-hub-signature-256': 'sha256=0' }, chunks)),
    );
    expect(answers.map(({ status }) => status)).toEqual([413, 413, 413, 413]);
    for (const { sentBytes } of answers) expect(sentBytes).toBeLessThan(40 << 20);
    expect((await sendRaw({ 'content-length': String(100 << 20) }, [chunk])).status).toBe(413);
    const { status } = await send({ event: 'push', body: JSON.stringify({ filler: 'x'.repeat(7_000_000) }) });
    expect(status).toBe(413);
  }, 60_000);
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: they are to look like templates of others
const nasty = [
  '${LedgerTableName}',
  'zzz";echo${IFS}"hello";#',
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: the rest looks like other things
  '$(reboot)',
  '`reboot`',
  '{% $eval("1+1") %}',
  '$states.context.Execution.Id',
  '../../../etc/passwd',
  'a\nPromotion-Id: forged',
  'a\r\nSet-Cookie: b',
  '\u202egnp.exe',
  '\u0000\u0001\u001b[31m',
  '<!channel> <script>alert(1)</script>',
  '*bold* _it_ ~s~ `code` <http://169.254.169.254/|x>',
  "'; DROP TABLE ledger; --",
  '\\"\\\\',
  '__proto__',
  'constructor',
  'undefined',
  'null',
  '1e400',
  '𝕋𝕙𝕖 田中さん ﷽ Ṱ̺̺̕o͞ ',
  '\ud83d\ude00\u200d\ufe0f',
  '%00%2e%2e%2f',
  'x'.repeat(10_000),
];

describe('text from outside', () => {
  it.each(nasty.map((text): [string, string] => [JSON.stringify(text).slice(0, 50), text]))(
    'is data wherever it arrives: %s',
    async (_, text) => {
      const change = {
        ref: `refs/heads/${text}`,
        sender: { login: text },
        compare: text,
        pusher: { name: text, email: text },
      };
      const body = pushTo('x', { ...change, head_commit: { id: text, message: text, timestamp: text } });
      const { status, id } = await send({ event: 'push', body });
      expect(status).toBe(202);
      expect(await waitForOutput(id)).toMatchObject({
        outcome: 'nothing',
        reason: `no environment is promoted from branch ${text}`,
      });
    },
    30_000,
  );

  it('that is odd JSON is taken or refused, never a failure of ours', async () => {
    const fragments = [
      '"\\ud800"',
      '1e9999',
      '-0',
      '{"__proto__":{"polluted":true}}',
      '"\\u0000"',
      '{"":0,"":1}',
      '123456789012345678901234567890',
      '[null,[[]]]',
      '"\\uDBFF\\uDFFE"',
    ];
    for (const fragment of fragments) {
      const { status } = await send({
        event: 'push',
        body: `{"ref":${fragment},"odd":${fragment},"${randomUUID()}":0}`,
      });
      expect([fragment, status]).toEqual([fragment, 202]);
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  }, 60_000);

  it('reaches the commit, GitHub and Slack inert when it comes along with a promotion', async () => {
    const actor = 'eve\nPromotion-Id: forged\u202e<!channel> $(reboot) {% $eval("1") %}';
    const { push, run } = await commitService(system, 'api-gateway', { message: '$(reboot) {% $eval("1") %}' });
    const body = { ...push.body, sender: { login: actor }, compare: 'javascript:alert(1)' };
    const { id } = await send({ event: 'push', body });
    await send(run('success'));
    const { record } = await waitForPromotion(system, id);
    expect(record).toMatchObject({ outcome: 'succeeded', actor });

    const commit = listGitOpsCommits(system).find(({ message }) => message.includes(id));
    expect(commit?.message.match(/^Promotion-Id: .*$/gm)).toEqual([`Promotion-Id: ${id}`]);
    expect(commit?.message).not.toMatch(/\u202e/);
    expect(commit?.message).toContain('$(reboot) {% $eval("1") %}');
    const told = system.world.slack
      .messages()
      .slice(-2)
      .map((message) => JSON.stringify(message))
      .join();
    expect(told).toContain('&lt;!channel&gt;');
    expect(told).not.toMatch(/<!channel>|\u202e|javascript:/);
  }, 60_000);
});

describe('an address from outside', () => {
  it('is never fetched, wherever in a payload it stands', async () => {
    const fetched: string[] = [];
    const bait = await startHttpServer({
      handle({ path }) {
        fetched.push(path);
        return { status: 200, body: '{}' };
      },
    });
    const point = (text: string) =>
      text.replace(/https?:\/\/[^"\\]*/g, (address) => `${bait.url}/${encodeURIComponent(address)}`);
    const { push, run } = await commitService(system, 'airtable-gateway');
    const body = point(JSON.stringify(push.body));
    expect(body.split(bait.url).length).toBeGreaterThan(30);
    const { id } = await send({ event: 'push', body });
    await send({ event: 'workflow_run', body: point(JSON.stringify(run('success').body)) });
    const { record } = await waitForPromotion(system, id);
    await bait.stop();
    expect(record.outcome).toBe('succeeded');
    expect(fetched).toEqual([]);
  }, 60_000);
});

describe('a secret', () => {
  it('is in no log, ledger record, event, history, object or message', async () => {
    const password = `canary-${randomBytes(12).toString('hex')}`;
    await system.call('secretsmanager', 'PutSecretValue', {
      SecretId: 'pyairtable/automation/registry',
      SecretString: JSON.stringify({ username: 'reader', password }),
    });
    await system.runtime.context.clock.advance(61_000);
    const { sha, push, run } = await commitService(system, 'llm-orchestrator');
    system.world.registry.inject({ path: /.*/, status: 500, times: 2 });
    system.world.slack.inject({ status: 503, times: 1 });
    await send(push);
    await send(run('success'));
    await letTimePass(system, 'the release', () =>
      system.world.slack
        .messages()
        .find(({ text, blocks }) => text.includes('now runs') && JSON.stringify(blocks).includes(sha)),
    );
    const { slackToken } = JSON.parse(await readFile(join(system.stateDirectory, 'credentials.json'), 'utf8'));
    const privateKey = system.world.github.app.privateKey.split('\n')[2] ?? '';
    expect(privateKey.length).toBeGreaterThan(40);
    const secrets = { password, slackToken, webhookSecret: system.webhookSecret, privateKey };

    const state = await readEverything(join(system.stateDirectory, 'aws'));
    expect(state.get('dynamodb')).toContain('PROMOTION#');
    for (const [place, text] of state) {
      for (const [name, secret] of Object.entries(secrets)) {
        if (place !== 'secretsmanager') expect([place, name, text.includes(secret)]).toEqual([place, name, false]);
      }
    }
    expect(state.get('secretsmanager')).toContain(password);
    const activities = JSON.stringify(system.runtime.context.trace.recent());
    for (const secret of Object.values(secrets)) expect(activities).not.toContain(secret);
  }, 60_000);
});

describe('a job of GitHub Actions that waits before it deploys', () => {
  it('is told by our gates whether it may', async () => {
    const { trace } = system.runtime.context;
    const { sha } = await system.world.github.pushCommit({
      repo: 'pyairtable',
      branch: 'nobody',
      files: { 'README.md': 'deploys by itself\n' },
      message: 'Deploy by a job',
    });
    const { run } = await system.world.github.startWorkflowRun({ repo: 'pyairtable', sha, workflow: 'deploy' });
    const ask = async (environment: string) => {
      const callback = `${system.world.github.url}/repos/${repository}/actions/runs/${run.id}/deployment_protection_rule`;
      const body = {
        action: 'requested',
        environment,
        event: 'push',
        deployment_callback_url: callback,
        deployment: { id: 1, sha, environment },
        repository: { full_name: repository },
        sender: { login: 'ada-release' },
      };
      expect((await send({ event: 'deployment_protection_rule', body })).status).toBe(202);
      return await letTimePass(system, `the answer for ${environment}`, () =>
        trace
          .recent()
          .find(
            ({ name, subject }) => name === 'deployment-protection-answered' && subject.endsWith(` → ${environment}`),
          ),
      );
    };
    expect((await ask('Prod')).details).toMatchObject({ run: run.id, state: 'approved' });
    expect((await ask('qa')).details).toMatchObject({
      state: 'rejected',
      comment: 'qa is no environment of ours: dev, staging, prod',
    });
  }, 60_000);
});

/** A request whose body goes out in chunks, with headers that can repeat; resolves also when the server hangs up early. */
function sendRaw(
  headers: Record<string, string | string[]>,
  chunks: readonly Buffer[],
): Promise<{ status: number; sentBytes: number }> {
  return new Promise((resolve, reject) => {
    const own = { 'content-type': 'application/json', 'x-github-event': 'push', 'x-github-delivery': randomUUID() };
    const outgoing = request(`${system.deployment.apiUrl}/webhooks/github`, {
      method: 'POST',
      headers: { ...own, ...headers },
    });
    let sentBytes = 0;
    let status: number | undefined;
    outgoing.on('response', (response) => {
      status = response.statusCode ?? 0;
      sentBytes = outgoing.socket?.bytesWritten ?? 0;
      response.resume();
      outgoing.destroy();
      resolve({ status, sentBytes });
    });
    outgoing.on('error', (error) => (status === undefined ? reject(error) : undefined));
    const next = (index: number): void => {
      if (status !== undefined || outgoing.destroyed) return;
      const chunk = chunks[index];
      if (chunk === undefined) outgoing.end();
      else if (outgoing.write(chunk)) setImmediate(next, index + 1);
      else outgoing.once('drain', () => next(index + 1));
    };
    next(0);
  });
}

async function findClaimCheckBucket(): Promise<string> {
  const { Buckets } = await system.call<{ Buckets: { Name: string }[] }>('s3', 'ListBuckets', {});
  const found = Buckets.find(({ Name }) => /claim/i.test(Name));
  if (found === undefined) throw new Error(`no claim-check bucket among ${Buckets.map(({ Name }) => Name).join(', ')}`);
  return found.Name;
}

/** All state by service: what the journal holds by the table's first word, and every file beside it. */
async function readEverything(directory: string): Promise<Map<string, string>> {
  const texts = new Map<string, string[]>();
  const add = (place: string, text: string) => texts.set(place, [...(texts.get(place) ?? []), text]);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (entry.name !== 'journal') {
      add(path.slice(directory.length + 1), await readFile(path, 'latin1'));
      continue;
    }
    const journal = await open(path);
    await readFrames(journal, path, (changes) => {
      for (const change of changes) add(change[0].split('/')[0] ?? '', JSON.stringify(change));
    });
    await journal.close();
  }
  return new Map([...texts].map(([place, parts]) => [place, parts.join('\n')]));
}

// Slack, PagerDuty and GitHub as channels, against the world's own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Receipt } from '../../../contracts/ledger/notifications.ts';
import type { Announcement } from '../../../contracts/notifications.ts';
import type { Channel } from '../../../core/notifications/tell-people.ts';
import { createGitHubCommentChannel } from '../../../lambdas/adapters/github-comment-channel.ts';
import { createPagerDutyChannel } from '../../../lambdas/adapters/pager-duty-channel.ts';
import { createSlackChannel } from '../../../lambdas/adapters/slack-channel.ts';
import { type PagerDuty, startPagerDuty } from '../../../local/world/pager-duty/start-pager-duty.ts';
import { type Slack, startSlack } from '../../../local/world/slack/start-slack.ts';

const directory = mkdtempSync(join(tmpdir(), 'channels-'));
const started: Announcement = {
  subject: 'promotion/one',
  family: 'promotion',
  environment: 'dev',
  severity: 'info',
  rank: 0,
  closes: false,
  mark: 'running',
  headline: 'api-gateway is being promoted to dev',
  reason: 'a push',
  facts: [{ label: 'version', value: 'v1', code: true }],
  details: [],
};
const succeeded: Announcement = {
  ...started,
  rank: 9,
  closes: true,
  mark: 'success',
  headline: 'api-gateway now runs in dev',
  details: [{ label: 'GitOps commit', value: 'cafe', code: true }],
};
const failed: Announcement = { ...succeeded, severity: 'critical', mark: 'failure', headline: 'it failed' };

let slack: Slack;
let pagerDuty: PagerDuty;
const slept: number[] = [];
const clock = { now: () => Date.now(), sleep: async (milliseconds: number) => void slept.push(milliseconds) };
const tokenOf = { read: async ({ refresh = false } = {}) => ({ token: refresh ? 'xoxb-new' : currentToken }) };
let currentToken = 'xoxb-new';

beforeAll(async () => {
  slack = await startSlack({ directory: join(directory, 'slack'), token: 'xoxb-new', channels: ['#deployments'] });
  pagerDuty = await startPagerDuty({ directory: join(directory, 'pager-duty'), routingKey: 'key' });
});
afterAll(async () => {
  await slack.stop();
  await pagerDuty.stop();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  slack.clearFaults();
  pagerDuty.clearFaults();
  slept.length = 0;
  currentToken = 'xoxb-new';
});

async function show(channel: Channel, announcement: Announcement, known?: Receipt, thread?: Receipt): Promise<Receipt> {
  let kept = known;
  await channel.show(announcement, {
    channel: 'slack#deployments',
    known,
    thread,
    async keep(receipt) {
      kept = receipt;
    },
  });
  return kept ?? { id: 'none' };
}

describe('Slack', () => {
  const channel = () => createSlackChannel(async () => slack.url, tokenOf, clock);
  const stand = (id: string) => slack.messages().find(({ ts }) => ts === id);
  const repliesTo = (id: string) => slack.messages().filter(({ threadTs }) => threadTs === id);

  it('has one message that is edited, and details in its thread', async () => {
    const receipt = await show(channel(), started);
    expect(stand(receipt.id)).toMatchObject({ text: 'api-gateway is being promoted to dev: a push', edits: 0 });
    await show(channel(), succeeded, receipt);
    expect(stand(receipt.id)).toMatchObject({ text: 'api-gateway now runs in dev: a push', edits: 1 });
    expect(repliesTo(receipt.id)).toMatchObject([{ text: 'GitOps commit `cafe`', isBroadcast: false }]);
  });

  it('says an end aloud that somebody has to know of: an edit rings for nobody', async () => {
    const receipt = await show(channel(), started);
    await show(channel(), failed, receipt);
    expect(repliesTo(receipt.id)).toMatchObject([{ text: 'it failed: a push', isBroadcast: true }]);
  });

  it('shows a message of a release in its thread and in the channel', async () => {
    const root = await show(channel(), started);
    const receipt = await show(channel(), { ...started, subject: 'promotion/two' }, undefined, root);
    expect(stand(receipt.id)).toMatchObject({ threadTs: root.id, isBroadcast: true });
  });

  it('begins again when somebody deleted the message, or the thread', async () => {
    const gone = { id: '1.000001', place: 'C00000001' };
    const receipt = await show(channel(), succeeded, gone, gone);
    expect(receipt.id).not.toBe(gone.id);
    expect(stand(receipt.id)).toMatchObject({ threadTs: undefined });
  });

  it('shows buttons that can be pressed', async () => {
    const buttons = [{ actionId: 'approve', value: 'a-1', label: 'Approve', style: 'primary' as const }];
    const receipt = await show(channel(), { ...started, buttons });
    expect(JSON.stringify(stand(receipt.id)?.blocks)).toContain('"action_id":"approve"');
  });

  it('is given the time that it asks for', async () => {
    slack.inject({ status: 429, headers: { 'retry-after': '3' } });
    const receipt = await show(channel(), started);
    expect(slept).toEqual([3_000]);
    expect(stand(receipt.id)).toBeDefined();
  });

  it('goes on with a renewed token', async () => {
    currentToken = 'xoxb-old';
    expect(stand((await show(channel(), started)).id)).toBeDefined();
  });

  it.each([
    [{ status: 429, headers: { 'retry-after': '600' } }, 'ThrottledError', true],
    [{ status: 503 }, 'UpstreamUnavailableError', true],
    [{ status: 200, body: { ok: false, error: 'internal_error' } }, 'UpstreamUnavailableError', true],
    [{ status: 200, body: { ok: false, error: 'channel_not_found' } }, 'NotFoundError', false],
    [{ reset: true }, 'UpstreamUnavailableError', true],
  ])('that answers %j makes the event come again', async (fault, name, retryable) => {
    slack.inject({ ...fault, path: '/api/chat.postMessage' });
    await expect(show(channel(), started)).rejects.toMatchObject({ name, retryable });
  });
});

describe('PagerDuty', () => {
  const routingKey = { read: async () => ({ routingKey: 'key' }) };
  const channel = () => createPagerDutyChannel(async () => pagerDuty.url, routingKey, clock);
  const incident = (key: string) => pagerDuty.incidents().findLast((known) => known.key === key);

  it('has one incident for a subject from trigger to resolution', async () => {
    const critical = { ...started, subject: 'certificate/a', severity: 'critical' as const };
    await show(channel(), critical);
    await show(channel(), critical);
    expect(incident('certificate/a')).toMatchObject({ status: 'triggered', severity: 'critical', events: 2 });
    await show(channel(), { ...critical, severity: 'warning', inHand: true });
    expect(incident('certificate/a')).toMatchObject({ status: 'acknowledged' });
    await show(channel(), { ...critical, severity: 'info', closes: true });
    expect(incident('certificate/a')).toMatchObject({ status: 'resolved' });
    expect(pagerDuty.incidents()).toHaveLength(1);
  });

  it('is given the time that it asks for', async () => {
    pagerDuty.inject({ status: 429, headers: { 'retry-after': '2' } });
    await show(channel(), { ...failed, subject: 'rollback/b' });
    expect(slept).toEqual([2_000]);
    expect(incident('rollback/b')).toMatchObject({ status: 'triggered' });
  });

  it('that is away makes the event come again; that refuses our key wants a person', async () => {
    pagerDuty.inject({ status: 503 });
    await expect(show(channel(), failed)).rejects.toMatchObject({ name: 'UpstreamUnavailableError', retryable: true });
    const wrong = createPagerDutyChannel(
      async () => pagerDuty.url,
      { read: async () => ({ routingKey: 'no' }) },
      clock,
    );
    await expect(show(wrong, failed)).rejects.toThrow(/Invalid routing key.*check the routing key/);
  });
});

describe('GitHub', () => {
  it('has one comment that is edited, and a new one when somebody deleted it', async () => {
    const calls: string[] = [];
    const channel = createGitHubCommentChannel(async (route, parameters) => {
      calls.push(`${route.split(' ')[0]} ${parameters?.comment_id ?? parameters?.commit_sha}`);
      if (route.startsWith('POST')) return { status: 201, data: { id: 7 }, headers: {} };
      return { status: parameters?.comment_id === 7 ? 200 : 404, data: { id: 7 }, headers: {} };
    });
    const about = { ...failed, commit: { repository: 'pyairtable/pyairtable', sha: 'cafe' } };
    const receipt = await show(channel, about);
    await show(channel, about, receipt);
    await show(channel, about, { id: '8' });
    expect(calls).toEqual(['POST cafe', 'PATCH 7', 'PATCH 8', 'POST cafe']);
  });
});

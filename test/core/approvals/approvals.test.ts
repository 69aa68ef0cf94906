// Asking people and counting what they answer: core/approvals.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ApprovalVote } from '../../../contracts/approvals.ts';
import { castVote } from '../../../core/approvals/cast-vote.ts';
import { closeApproval } from '../../../core/approvals/close-approval.ts';
import { requestApproval } from '../../../core/approvals/request-approval.ts';
import { withdrawApprovals } from '../../../core/approvals/withdraw-approvals.ts';
import { type ApprovalWorld, buildApprovalRequest, createApprovalWorld } from './approval-world.ts';

const policy = { approvers: ['ada', 'Grace', 'lin'], quorum: 1, timeoutSeconds: 3_600 };
const inTime = '2026-11-23T20:30:00.000Z';
const late = '2026-11-23T21:00:00.001Z';
const vote = (approver: string, verdict: ApprovalVote['verdict'] = 'approve', votedAt = inTime) =>
  ({ approver, verdict, via: 'command-line', votedAt }) as const;

async function ask(quorum = 1, pause?: () => Promise<unknown>): Promise<ApprovalWorld> {
  const world = createApprovalWorld(pause);
  await requestApproval(world.ports, buildApprovalRequest(), { ...policy, quorum });
  return world;
}
const typesOf = ({ events }: ApprovalWorld) => events.map(({ type }) => type);

describe('a request', () => {
  it('is remembered, told, and tells the workflow nothing yet', async () => {
    const world = await ask();
    expect(world.record()).toMatchObject({
      status: 'pending',
      kind: 'approval#pending',
      validUntil: '2026-11-23T21:00:00.000Z',
      approvers: policy.approvers,
    });
    expect(world.events).toEqual([
      {
        type: 'ApprovalRequested',
        eventId: 'promotion-1-ApprovalRequested',
        reason: 'ada asks to promote api-gateway to prod: 1 of ada, Grace, lin must agree',
      },
    ]);
    expect(world.told).toEqual([]);
  });

  it('is answered at once where the configuration asks nobody', async () => {
    const world = createApprovalWorld();
    expect(await requestApproval(world.ports, buildApprovalRequest(), undefined)).toBe(false);
    expect(world.told).toMatchObject([{ taskToken: 'token-1', result: { outcome: 'not-required' } }]);
    expect(world.events).toEqual([]);
  });

  it('that is repeated waits under its new token and keeps the votes', async () => {
    const world = await ask(2);
    await castVote(world.ports, 'promotion-1', vote('grace'));
    await requestApproval(world.ports, buildApprovalRequest({ taskToken: 'token-2' }), { ...policy, quorum: 2 });
    await castVote(world.ports, 'promotion-1', vote('lin'));
    expect(world.told).toMatchObject([{ taskToken: 'token-2', result: { outcome: 'approved' } }]);
    expect(new Set(world.events.map(({ eventId }) => eventId)).size).toBe(3);
  });

  it('that is repeated after the decision is answered with it', async () => {
    const world = await ask();
    await castVote(world.ports, 'promotion-1', vote('lin', 'refuse'));
    await requestApproval(world.ports, buildApprovalRequest({ taskToken: 'token-2' }), policy);
    expect(world.told.at(-1)).toMatchObject({
      taskToken: 'token-2',
      result: { outcome: 'refused', reason: 'refused by lin' },
    });
  });

  it('under the same id for another plan is an explicit error, not the old answer', async () => {
    const world = await ask();
    await castVote(world.ports, 'promotion-1', vote('grace'));
    const other = requestApproval(world.ports, buildApprovalRequest({ planHash: 'plan-2' }), policy);
    await expect(other).rejects.toMatchObject({ name: 'ConflictError' });
    expect(world.told).toHaveLength(1);
  });
});

describe('an answer', () => {
  it('that is enough lets the workflow go on and is told', async () => {
    const world = await ask();
    expect(await castVote(world.ports, 'promotion-1', vote('grace'))).toEqual({
      outcome: 'counted',
      reason: 'grace agrees to promote api-gateway to prod',
      status: 'approved',
    });
    expect(world.told).toEqual([
      {
        taskToken: 'token-1',
        result: { outcome: 'approved', planHash: 'plan-1', approvers: ['grace'], reason: 'approved by grace' },
      },
    ]);
    expect(typesOf(world)).toEqual(['ApprovalRequested', 'ApprovalGiven']);
    expect(world.record()).toMatchObject({ kind: 'approval#closed', closedAt: inTime });
  });

  it.each([
    ['of whoever asks', vote('Ada'), 'Ada asks for it: somebody else must approve it'],
    ['of a stranger', vote('mallory'), 'mallory may not decide on it, these may: ada, Grace, lin'],
    ['after the time', vote('lin', 'approve', late), 'it expired at 2026-11-23T21:00:00.000Z'],
    ['to another plan', { ...vote('lin'), planHash: 'plan-0' }, 'lin saw another plan (plan-0)'],
  ])('%s does not count, and people are told', async (_, given, words) => {
    const world = await ask();
    expect(await castVote(world.ports, 'promotion-1', given)).toMatchObject({
      outcome: 'rejected',
      reason: expect.stringContaining(words) as unknown,
      status: 'pending',
    });
    expect(world.told).toEqual([]);
    expect(typesOf(world)).toEqual(['ApprovalRequested', 'ApprovalVoteRejected']);
  });

  it('after the decision does not change it', async () => {
    const world = await ask();
    await castVote(world.ports, 'promotion-1', vote('grace'));
    expect(await castVote(world.ports, 'promotion-1', vote('lin', 'refuse'))).toMatchObject({ outcome: 'rejected' });
    expect(world.told).toHaveLength(1);
  });

  it('may take back what was asked or agreed to', async () => {
    const world = await ask(2);
    await castVote(world.ports, 'promotion-1', vote('grace'));
    await castVote(world.ports, 'promotion-1', vote('Grace', 'refuse'));
    expect(world.record()).toMatchObject({ status: 'refused' });
    const own = await ask();
    expect(await castVote(own.ports, 'promotion-1', vote('ada', 'refuse'))).toMatchObject({ status: 'refused' });
  });

  it('that comes again finishes what the first one began, and counts once', async () => {
    const world = await ask();
    await castVote(world.ports, 'promotion-1', vote('grace'));
    expect(await castVote(world.ports, 'promotion-1', vote('GRACE'))).toMatchObject({ outcome: 'counted' });
    expect(world.told).toHaveLength(2);
    expect(world.record().votes).toHaveLength(1);
    expect(new Set(world.events.map(({ eventId }) => eventId)).size).toBe(2);
  });

  it('to what was never asked is an error', async () => {
    await expect(castVote(createApprovalWorld().ports, 'unknown', vote('grace'))).rejects.toMatchObject({
      name: 'NotFoundError',
    });
  });
});

describe('a quorum', () => {
  it('is filled by different people who may decide and did not ask, and by nothing else', async () => {
    const people = ['ada', 'ADA', 'grace', 'Grace', 'GRACE', 'lin', 'Lin', 'mallory', 'kim', 'Kim'];
    const given = fc.record({
      approver: fc.constantFrom(...people),
      verdict: fc.constantFrom('approve', 'approve', 'approve', 'refuse') as fc.Arbitrary<ApprovalVote['verdict']>,
      votedAt: fc.constantFrom(inTime, inTime, late),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(given, { maxLength: 14 }), fc.integer({ min: 1, max: 3 }), async (votes, quorum) => {
        const world = createApprovalWorld();
        const approvers = ['ada', 'grace', 'lin', 'kim'];
        await requestApproval(world.ports, buildApprovalRequest(), { approvers, quorum, timeoutSeconds: 3_600 });
        // The judge: a plain count, in the order of the answers.
        const agreeing = new Set<string>();
        let expected = 'pending';
        for (const { approver, verdict, votedAt } of votes) {
          await castVote(world.ports, 'promotion-1', vote(approver, verdict, votedAt));
          const person = approver.toLowerCase();
          if (expected !== 'pending' || votedAt === late || !approvers.includes(person)) continue;
          if (verdict === 'refuse') expected = 'refused';
          else if (person !== 'ada') agreeing.add(person);
          if (expected === 'pending' && agreeing.size >= quorum) expected = 'approved';
        }
        expect(world.record().status).toBe(expected);
        expect(new Set(world.told.map(({ result }) => result.outcome)).size).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  it('is reached once, whatever order the answers of several people race in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const world = createApprovalWorld(async () => await scheduler.schedule(Promise.resolve()));
        const asked = requestApproval(world.ports, buildApprovalRequest(), { ...policy, quorum: 2 });
        await scheduler.waitFor(asked);
        const answers = Promise.all(
          ['grace', 'lin', 'Grace'].map(async (who) => await castVote(world.ports, 'promotion-1', vote(who))),
        );
        await scheduler.waitFor(answers);
        expect(world.record()).toMatchObject({ status: 'approved' });
        expect(world.record().votes).toHaveLength(2);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a request that nobody answers', () => {
  it('expires, once, and says who could have agreed', async () => {
    const world = await ask(2);
    await castVote(world.ports, 'promotion-1', vote('grace'));
    const closed = await closeApproval(world.ports, 'promotion-1', late);
    expect(closed).toEqual({
      outcome: 'expired',
      reason: 'only 1 of 2 of ada, Grace, lin agreed until 2026-11-23T21:00:00.000Z: ask again to go on',
    });
    expect(await closeApproval(world.ports, 'promotion-1', late)).toEqual(closed);
    expect(
      new Set(world.events.filter(({ type }) => type === 'ApprovalExpired').map(({ eventId }) => eventId)).size,
    ).toBe(1);
    expect(await castVote(world.ports, 'promotion-1', vote('lin'))).toMatchObject({ outcome: 'rejected' });
  });

  it('is approved when the vote was counted before the time was over', async () => {
    const world = await ask();
    await castVote(world.ports, 'promotion-1', vote('grace'));
    expect(await closeApproval(world.ports, 'promotion-1', late)).toEqual({
      outcome: 'approved',
      reason: 'approved by grace',
    });
  });
});

describe('an execution that ends without an answer', () => {
  const { executionArn } = buildApprovalRequest();
  const ended = { executionArn, status: 'ABORTED', at: inTime } as const;

  it('takes back what it asked for, and an answer that comes later does not count', async () => {
    const world = await ask(2);
    await castVote(world.ports, 'promotion-1', vote('grace'));
    expect(await withdrawApprovals(world.ports, ended)).toEqual(['promotion-1']);
    expect(world.record()).toMatchObject({ status: 'withdrawn', kind: 'approval#closed', closedAt: inTime });
    expect(world.events.at(-1)).toEqual({
      type: 'ApprovalWithdrawn',
      eventId: 'promotion-1-ApprovalWithdrawn',
      reason: 'the execution that asked for it was aborted: no answer has an effect any more',
    });
    expect(await castVote(world.ports, 'promotion-1', vote('lin'))).toMatchObject({
      outcome: 'rejected',
      reason: 'it is withdrawn already: promote api-gateway to prod',
    });
    expect(world.told).toEqual([]);
  });

  it('takes back nothing of another one, nothing that was decided, and nothing twice', async () => {
    const world = await ask();
    expect(await withdrawApprovals(world.ports, { ...ended, executionArn: `${executionArn}-2` })).toEqual([]);
    await withdrawApprovals(world.ports, ended);
    expect(await withdrawApprovals(world.ports, ended)).toEqual([]);
    const decided = await ask();
    await castVote(decided.ports, 'promotion-1', vote('grace'));
    expect(await withdrawApprovals(decided.ports, { ...ended, status: 'FAILED' })).toEqual([]);
    expect(decided.record()).toMatchObject({ status: 'approved' });
  });

  it('is told before it is written, so that an interruption in between is made good by the next try', async () => {
    const world = await ask();
    const { approvals } = world.ports;
    let isAway = true;
    const interrupted = {
      ...world.ports,
      approvals: {
        ...approvals,
        async update(record: Parameters<typeof approvals.update>[0]) {
          if (isAway) throw new Error('no route to DynamoDB');
          return await approvals.update(record);
        },
      },
    };
    await expect(withdrawApprovals(interrupted, ended)).rejects.toThrow('no route');
    isAway = false;
    await withdrawApprovals(interrupted, ended);
    expect(world.record()).toMatchObject({ status: 'withdrawn' });
    expect(typesOf(world)).toEqual(['ApprovalRequested', 'ApprovalWithdrawn', 'ApprovalWithdrawn']);
  });

  it('that goes on later asks again, and the answers that were given still count', async () => {
    const world = await ask(2);
    await castVote(world.ports, 'promotion-1', vote('grace'));
    await withdrawApprovals(world.ports, ended);
    await requestApproval(world.ports, buildApprovalRequest({ taskToken: 'token-2' }), { ...policy, quorum: 2 });
    expect(world.record()).toMatchObject({ status: 'pending', kind: 'approval#pending', taskToken: 'token-2' });
    expect(await castVote(world.ports, 'promotion-1', vote('lin'))).toMatchObject({ status: 'approved' });
  });
});

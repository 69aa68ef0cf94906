// A model of the fence: whoever has lost a lease never writes again after the new holder has, in whatever order steps and answers come.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LeaseGrant } from '../../../contracts/workflows/promotion.ts';
import { AppError } from '../../../core/app-error.ts';
import { commitPromotion, type GitOpsRepository } from '../../../core/promotion/commit-promotion.ts';
import { rollingStrategy } from '../../../core/promotion/strategies/rolling-strategy.ts';
import { buildPromotion, buildService } from './promotion-builder.ts';

const image = 'ghcr.io/pyairtable/api-gateway';
const digestOf = (name: string) => `sha256:${name.repeat(64).slice(0, 64)}`;
const overlayOf = (digest: string) => `images:\n  - name: ${image}\n    newTag: v\n    digest: ${digest}\n`;
const service = 'api-gateway';

interface Actor {
  readonly name: string;
  readonly change?: 'rollback';
  readonly digest: string;
}
/** The version that runs already is what the rollback goes back to: the case in which it has nothing to change. */
const actors: readonly Actor[] = [
  { name: 'p', digest: digestOf('a') },
  { name: 'q', digest: digestOf('b') },
  { name: 's', digest: digestOf('0') },
  { name: 'r', digest: digestOf('0'), change: 'rollback' },
];

/** The lease as the ledger keeps it: its token grows with each change of holder; it can run out. */
function createLease() {
  let record = { holder: '', token: 0, isExpired: false, takenOver: false };
  return {
    take(holder: string, isForced: boolean): Omit<LeaseGrant, 'service'> | undefined {
      if (record.holder !== holder) {
        if (record.holder !== '' && !record.isExpired && !isForced) return undefined;
        record = {
          holder,
          token: record.token + 1,
          isExpired: false,
          takenOver: record.takenOver || record.holder !== '',
        };
      }
      return { fencingToken: record.token, ...(record.takenOver ? { takenOver: true } : {}) };
    },
    holds: (holder: string, token: number) => record.holder === holder && record.token === token && !record.isExpired,
    expire: () => {
      record = { ...record, isExpired: true };
    },
    release(holder: string, token: number) {
      if (record.holder === holder && record.token === token) record = { ...record, holder: '', isExpired: false };
    },
  };
}

/** Few at once make the rare orders likely. */
const teams = fc.constantFrom('pr', 'ps', 'pqr', 'pqs', 'pqrs');

interface Commit {
  readonly revision: string;
  readonly parent: string;
  readonly content: string;
  readonly message: string;
  readonly token: number;
}

/** Git's rule and nothing else: the branch moves to a commit only when that has the tip as its parent. */
function createBranch() {
  const objects = new Map<string, Commit>();
  const branch: Commit[] = [
    { revision: 'c0', parent: '', content: overlayOf(digestOf('0')), message: 'begin', token: 0 },
  ];
  const tip = (): Commit => branch.at(-1) as Commit;
  const repositoryFor = (token: number, step: () => Promise<void>): GitOpsRepository => ({
    async read() {
      await step();
      const { revision, content } = tip();
      await step();
      return { revision, content };
    },
    async listRecentCommits() {
      await step();
      return branch.toReversed();
    },
    async createCommit(parent, _file, content, message) {
      await step();
      const revision = `c${objects.size + 1}`;
      objects.set(revision, { revision, parent, content, message, token });
      return revision;
    },
    async advance(revision) {
      await step();
      const commit = objects.get(revision);
      const isFastForward = commit?.parent === tip().revision;
      if (isFastForward) branch.push(commit);
      // The answer is as slow as the question.
      await step();
      return isFastForward ? 'advanced' : 'moved';
    },
    urlOf: (revision) => revision,
  });
  return { branch, repositoryFor };
}

describe('a holder that has lost its lease', () => {
  it('writes nothing after the new holder has written, and the last one to hold it has the last word', async () => {
    let takeOvers = 0;
    let late = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        teams,
        fc.array(fc.nat({ max: 12 }), { maxLength: 3 }),
        async (scheduler, team, expiries) => {
          const lease = createLease();
          const { branch, repositoryFor } = createBranch();
          const step = () => scheduler.schedule(Promise.resolve());
          const ended = new Map<string, number>();

          const act = async ({ name, change, digest }: Actor): Promise<void> => {
            for (let tries = 0; tries < 4; tries += 1) {
              await step();
              const grant = lease.take(name, change === 'rollback');
              if (grant === undefined) continue;
              if (grant.takenOver) takeOvers += 1;
              const { fencingToken } = grant;
              const promotion = buildPromotion({
                promotionId: name,
                executionArn: name,
                ...(change === undefined ? {} : { change }),
              });
              const ports = {
                repository: repositoryFor(fencingToken, step),
                leases: {
                  async holds() {
                    await step();
                    const holds = lease.holds(name, fencingToken);
                    // What was true when it was asked may not be when the answer arrives.
                    await step();
                    return holds;
                  },
                },
                rollouts: { findQuarantine: async () => undefined, recordRollout: async () => await step() },
                clock: { now: () => 0, sleep: step },
              };
              // One that gives up before it writes leaves the next one a lease that is free, and a former holder still at work.
              if (name === 'q' && tries % 2 === 1) {
                lease.release(name, fencingToken);
                return;
              }
              const services = [buildService({ name: service, image, version: 'v', digest })];
              try {
                await commitPromotion(ports, {
                  file: 'k.yaml',
                  strategy: rollingStrategy,
                  promotion,
                  services,
                  leases: [{ service, ...grant }],
                  committedAt: 'now',
                  deploymentOf: (deployment) => deployment,
                });
                ended.set(name, fencingToken);
              } catch (error) {
                if (!(error instanceof AppError) || error.name !== 'LeaseLostError') throw error;
                late += 1;
              }
              await step();
              lease.release(name, fencingToken);
              return;
            }
          };
          const expire = async (after: number): Promise<void> => {
            for (let count = 0; count < after; count += 1) await step();
            lease.expire();
          };
          const all = Promise.all([
            ...actors.filter(({ name }) => team.includes(name)).map(act),
            ...expiries.map(expire),
          ]);
          await scheduler.waitFor(all);

          const tokens = branch.map(({ token }) => token);
          expect(tokens).toEqual(tokens.toSorted((left, right) => left - right));
          const [last] = [...ended].toSorted((left, right) => right[1] - left[1]);
          if (last !== undefined) {
            const digest = actors.find(({ name }) => name === last[0])?.digest;
            expect(branch.at(-1)?.content).toContain(digest);
          }
        },
      ),
      { numRuns: 400 },
    );
    // The model has met what it is about.
    expect(takeOvers).toBeGreaterThan(20);
    expect(late).toBeGreaterThan(20);
  });
});

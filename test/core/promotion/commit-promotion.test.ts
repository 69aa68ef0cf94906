// Tests of core/promotion/commit-promotion.ts against a repository that fails in every way that GitHub can.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RolloutRecord } from '../../../contracts/ledger/deployments.ts';
import { buildCommitMessage, isCommitOf } from '../../../core/promotion/build-commit-message.ts';
import {
  commitPromotion,
  type GitOpsRepository,
  type RolloutLedger,
} from '../../../core/promotion/commit-promotion.ts';
import { editKustomization } from '../../../core/promotion/edit-kustomization.ts';
import { planChange } from '../../../core/promotion/plan-change.ts';
import { rollingStrategy } from '../../../core/promotion/strategies/rolling-strategy.ts';
import { buildPromotion, buildService } from './promotion-builder.ts';

const overlay = 'images:\n  - name: ghcr.io/pyairtable/api-gateway\n    newTag: bootstrap\n';
const clock = { now: () => 0, sleep: async () => undefined };
const promotion = buildPromotion();
const services = [buildService()];
const grants = [{ service: 'api-gateway', fencingToken: 1 }];
const holdsAlways = { holds: async () => true };
const committedAt = '2026-11-23T20:01:00.000Z';
const phaseOf = (of: typeof promotion) => ({
  file: 'k.yaml',
  strategy: rollingStrategy,
  promotion: of,
  services,
  leases: grants,
  committedAt,
  deploymentOf: (name: string) => name,
});
/** Nothing is quarantined unless a test says so. */
const createRollouts = (quarantine?: string) => {
  const recorded: RolloutRecord[] = [];
  const rollouts: RolloutLedger = {
    findQuarantine: async () => quarantine,
    recordRollout: async (rollout) => void recorded.push(rollout),
  };
  return { rollouts, recorded };
};
const { rollouts } = createRollouts();

type Fault = 'none' | 'moved' | 'fails' | 'lands-and-fails' | 'other-lands';

/** A branch that is a list of commits; `faults` says what each move of it meets. */
function createRepository(faults: readonly Fault[] = []) {
  const branch = [{ revision: 'r0', message: 'begin', content: overlay }];
  const loose = new Map<string, { parent: string; content: string; message: string }>();
  let moves = 0;
  let created = 0;
  const tip = () => branch.at(-1) ?? { revision: '', message: '', content: '' };
  const land = (revision: string) => {
    const { parent, content, message } = loose.get(revision) ?? { parent: '', content: '', message: '' };
    if (parent !== tip().revision) return false;
    branch.push({ revision, message, content });
    return true;
  };
  const repository: GitOpsRepository = {
    read: async () => ({ revision: tip().revision, content: tip().content }),
    listRecentCommits: async () => branch.toReversed().map(({ revision, message }) => ({ revision, message })),
    async createCommit(parent, _, content, message) {
      created += 1;
      loose.set(`c${created}`, { parent, content, message });
      return `c${created}`;
    },
    async advance(revision) {
      const fault = faults[moves] ?? 'none';
      moves += 1;
      if (fault === 'moved') return 'moved';
      if (fault === 'fails') throw new Error('GitHub answered 500');
      if (fault === 'other-lands') {
        const other = { image: 'ghcr.io/pyairtable/mcp-server', digest: `sha256:${'9'.repeat(64)}`, tag: `t${moves}` };
        branch.push({ revision: `o${moves}`, message: 'other', content: editKustomization(tip().content, [other]) });
      }
      const landed = land(revision);
      if (fault === 'lands-and-fails') throw new Error('timeout');
      return landed ? 'advanced' : 'moved';
    },
    urlOf: (revision) => `https://github.example/commit/${revision}`,
  };
  return { repository, branch };
}

async function commitUntilDone(repository: GitOpsRepository, retries = 8) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await commitPromotion({ repository, leases: holdsAlways, rollouts, clock }, phaseOf(promotion));
    } catch (error) {
      if (attempt >= retries) throw error;
    }
  }
}

describe('commitPromotion', () => {
  it('remembers what it changes before Git says so', async () => {
    const { rollouts, recorded } = createRollouts();
    const { repository, branch } = createRepository(['fails']);
    const commit = commitPromotion({ repository, leases: holdsAlways, rollouts, clock }, phaseOf(promotion));
    await expect(commit).rejects.toThrow('500');
    expect(branch).toHaveLength(1);
    expect(recorded).toMatchObject([
      { service: 'api-gateway', promotionId: 'delivery-1', committedAt, fencingToken: 1 },
    ]);
  });

  it('never writes a quarantined digest, whatever the gates have said', async () => {
    const { rollouts, recorded } = createRollouts('it answered with errors');
    const { repository, branch } = createRepository();
    const commit = commitPromotion({ repository, leases: holdsAlways, rollouts, clock }, phaseOf(promotion));
    await expect(commit).rejects.toThrow('is quarantined (it answered with errors): nothing was written');
    expect(branch).toHaveLength(1);
    expect(recorded).toEqual([]);
  });

  it('says of a rollback that it is one', () => {
    expect(buildCommitMessage({ ...promotion, change: 'rollback' }, services, 'roll-out').split('\n')[0]).toBe(
      'Roll back api-gateway in dev',
    );
  });

  it('writes one commit on top of the branch', async () => {
    const { repository, branch } = createRepository();
    const result = await commitUntilDone(repository);
    expect(result).toEqual({
      outcome: 'committed',
      revision: 'c1',
      url: 'https://github.example/commit/c1',
      phase: 'roll-out',
      nextPhase: null,
      targets: [{ service: 'api-gateway', deployment: 'api-gateway', address: 'api-gateway' }],
      overlay: branch.at(-1)?.content,
    });
    expect(branch.at(-1)?.content).toContain(`digest: ${services[0]?.digest}`);
  });

  it('finds its own commit when it is run again', async () => {
    const { repository, branch } = createRepository();
    await commitUntilDone(repository);
    expect(await commitUntilDone(repository)).toMatchObject({ outcome: 'committed', revision: 'c1' });
    expect(branch).toHaveLength(2);
  });

  it('commits nothing when the repository says so already', async () => {
    const { repository, branch } = createRepository();
    await commitUntilDone(repository);
    const again = buildPromotion({ promotionId: 'delivery-2' });
    const result = await commitPromotion({ repository, leases: holdsAlways, rollouts, clock }, phaseOf(again));
    expect(result).toMatchObject({ outcome: 'unchanged', revision: 'c1' });
    expect(branch).toHaveLength(2);
  });

  it('keeps what others have committed meanwhile', async () => {
    const { repository, branch } = createRepository(['other-lands', 'other-lands']);
    await commitUntilDone(repository);
    expect(branch.map(({ message }) => message.split('\n')[0])).toEqual([
      'begin',
      'other',
      'other',
      'Promote api-gateway to dev',
    ]);
    expect(branch.at(-1)?.content).toContain('mcp-server');
  });

  it('makes exactly one commit, whatever mixture of faults it meets', async () => {
    const fault = fc.constantFrom<Fault>('none', 'moved', 'fails', 'lands-and-fails', 'other-lands');
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 12 }), async (faults) => {
        const { repository, branch } = createRepository(faults);
        await commitUntilDone(repository, 20);
        expect(branch.filter(({ message }) => isCommitOf(message, promotion.promotionId, 'roll-out'))).toHaveLength(1);
      }),
    );
  });

  it('writes nothing when what people agreed to has moved, at whatever moment; what does not touch it is kept', async () => {
    const { planHash } = planChange({ ...phaseOf(promotion), content: overlay }, promotion, services);
    const ours = 'ghcr.io/pyairtable/api-gateway';
    const edits = fc.record({
      image: fc.constantFrom(ours, 'ghcr.io/pyairtable/mcp-server'),
      digest: fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`),
      /** Before our first look, or while our first commit is on its way. */
      when: fc.constantFrom('before', 'between'),
    });
    await fc.assert(
      fc.asyncProperty(edits, async ({ image, digest, when }) => {
        const { repository, branch } = createRepository();
        const land = () => {
          const content = editKustomization(branch.at(-1)?.content ?? '', [{ image, digest, tag: 'by hand' }]);
          branch.push({ revision: 'by-hand', message: 'by hand', content });
        };
        if (when === 'before') land();
        let isFirst = true;
        const racing: GitOpsRepository = {
          ...repository,
          async advance(revision) {
            if (when === 'between' && isFirst) land();
            isFirst = false;
            return await repository.advance(revision);
          },
        };
        const ports = { repository: racing, leases: holdsAlways, rollouts, clock };
        const attempt = commitPromotion(ports, { ...phaseOf(promotion), expectedPlanHash: planHash });
        if (image === ours) {
          await expect(attempt).rejects.toMatchObject({ name: 'ConflictError' });
          expect(branch.at(-1)?.message).toBe('by hand');
        } else {
          expect(await attempt).toMatchObject({ outcome: 'committed' });
          expect(branch).toHaveLength(3);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('writes nothing once another execution holds the lease', async () => {
    const { repository, branch } = createRepository();
    const lost = { holds: async () => false };
    await expect(
      commitPromotion({ repository, leases: lost, rollouts, clock }, phaseOf(promotion)),
    ).rejects.toMatchObject({ name: 'LeaseLostError' });
    expect(branch).toHaveLength(1);
  });

  it('gives up for the workflow to retry when the branch never stands still', async () => {
    const { repository } = createRepository(Array.from({ length: 6 }, () => 'moved' as const));
    await expect(
      commitPromotion({ repository, leases: holdsAlways, rollouts, clock }, phaseOf(promotion)),
    ).rejects.toMatchObject({ name: 'UpstreamUnavailableError', retryable: true });
  });
});

describe('the commit message', () => {
  it('says what, where to, why, and carries the trailers', () => {
    expect(buildCommitMessage(promotion, services, 'roll-out')).toBe(
      [
        'Promote api-gateway to dev',
        '',
        `- api-gateway: sha-${'a'.repeat(40)} (sha256:${'1'.repeat(64)})`,
        '',
        'Because of: push to develop by ada',
        '',
        'Promotion-Id: delivery-1',
        'Phase: roll-out',
        'Caused-By: delivery-1',
        `Source-Commit: pyairtable/pyairtable@${'a'.repeat(40)}`,
        `Execution: ${promotion.executionArn}`,
        '',
      ].join('\n'),
    );
  });

  it('lets no text from outside add a trailer or turn around what is read', () => {
    const hostile = buildPromotion({ reason: 'x\nPromotion-Id: stolen\u202Etxt', promotionId: 'mine' });
    const message = buildCommitMessage(hostile, services, 'roll-out');
    expect(isCommitOf(message, 'mine', 'roll-out')).toBe(true);
    expect(isCommitOf(message, 'stolen', 'roll-out')).toBe(false);
    expect(message).not.toMatch(/\u202E/);
  });
});

// Tests of core/promotion/commit-levers.ts: one commit, nothing else touched, and no text of a person becomes a trailer.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { commitLevers } from '../../../core/promotion/commit-levers.ts';
import { editKustomization, readDigests } from '../../../core/promotion/edit-kustomization.ts';
import { readLevers } from '../../../core/promotion/strategies/canary-strategy.ts';
import { createMemoryGit } from './memory-git.ts';
import { digestA } from './promotion-builder.ts';

const shipped = readFileSync('gitops/overlays/prod/kustomization.yaml', 'utf8');
const clock = { now: () => 0, sleep: async () => undefined };
const pause = {
  file: 'k.yaml',
  deployment: 'api-gateway',
  subject: 'Pause the canary: api-gateway in prod',
  actor: 'ada',
  reason: 'we look\nAsked by: somebody else',
  change: { suspend: true },
};

describe('commitLevers', () => {
  it('sets the lever of one canary in one commit that says who asked and why', async () => {
    const git = createMemoryGit(shipped);
    expect(await commitLevers({ repository: git.repository, clock }, pause)).toBe('c0');
    expect(readLevers(git.content(), 'api-gateway')).toEqual({ skipAnalysis: false, suspend: true });
    expect(readLevers(git.content(), 'mcp-server')).toEqual({ skipAnalysis: false, suspend: false });
    expect(git.commits.at(-1)?.message).toBe(
      'Pause the canary: api-gateway in prod\n\nBecause of: we look Asked by: somebody else\nAsked by: ada\n',
    );
  });

  it('commits nothing when Git says so already', async () => {
    const git = createMemoryGit(shipped);
    await commitLevers({ repository: git.repository, clock }, pause);
    expect(await commitLevers({ repository: git.repository, clock }, pause)).toBeUndefined();
    expect(git.commits).toHaveLength(2);
  });

  it('keeps what others commit meanwhile, and gives up when the branch never stands still', async () => {
    const git = createMemoryGit(shipped);
    const image = 'ghcr.io/pyairtable/api-gateway';
    git.disturb(2, (content) => editKustomization(content, [{ image, digest: digestA, tag: 'new' }]));
    await commitLevers({ repository: git.repository, clock }, pause);
    expect(readDigests(git.content())[image]).toBe(digestA);
    expect(readLevers(git.content(), 'api-gateway').suspend).toBe(true);
    git.disturb(100, (content) => `${content}# again\n`);
    const again = commitLevers({ repository: git.repository, clock }, { ...pause, change: { suspend: false } });
    await expect(again).rejects.toMatchObject({ name: 'UpstreamUnavailableError', retryable: true });
  });
});

// Tests of the plan for a push, on a recorded payload of GitHub.

import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import type { CausingEvent } from '../../../contracts/workflows/promote-release.ts';
import { planPromotion } from '../../../core/promotion/plan-promotion.ts';
import type { PlanningPorts } from '../../../core/promotion/promotion-plan.ts';
import { commitA, commitB } from './promotion-builder.ts';

interface Example {
  name: string;
  examples: Record<string, unknown>[];
}
// Recorded by GitHub; from @octokit/webhooks-examples (MIT).
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as Example[];
const recorded = examples.find(({ name }) => name === 'push')?.examples.find((push) => push.deleted === false);

const configuration = loadConfiguration('config/pyairtable.yaml');
const context = { promotionId: 'delivery-1', executionArn: 'arn:execution', startedAt: '2026-11-23T20:00:01.000Z' };
const zero = '0'.repeat(40);

function pushEvent(overrides: Record<string, unknown> = {}): CausingEvent {
  const payload = {
    ...recorded,
    ref: 'refs/heads/develop',
    before: commitB,
    after: commitA,
    created: false,
    forced: false,
    repository: { ...(recorded?.repository as object), full_name: 'pyairtable/pyairtable', pushed_at: 1_795_464_000 },
    commits: [{ id: commitA, added: [], removed: [], modified: ['services/api-gateway/main.go'] }],
    ...overrides,
  };
  const metadata = {
    eventId: 'delivery-1',
    correlationId: `pyairtable/pyairtable@${commitA}`,
    occurredAt: '2026-11-23T20:00:00.500Z',
    actor: 'ada',
  };
  return { source: 'github.com', 'detail-type': 'push', detail: { metadata, payload } };
}

function createPorts(changed: Record<string, readonly string[] | undefined> = {}): PlanningPorts & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    source: {
      async findChangedFiles(_, base, head) {
        asked.push(`${base.slice(0, 1)}...${head.slice(0, 1)}`);
        return changed[`${base.slice(0, 1)}...${head.slice(0, 1)}`];
      },
      contains: async () => false,
      findCommit: async () => undefined,
    },
    history: { findReleases: async () => [], listDeployments: async () => [] },
  };
}

const plan = async (overrides: Record<string, unknown> = {}, ports = createPorts()) =>
  await planPromotion(configuration, ports, { event: pushEvent(overrides) }, context);

describe('a push', () => {
  it('promotes exactly the touched service to the environment of its branch', async () => {
    const { outcome, promotion } = await plan();
    expect(outcome).toBe('promote');
    expect(promotion).toMatchObject({
      environment: 'dev',
      services: [{ name: 'api-gateway', version: `sha-${commitA}`, commit: commitA }],
      awaitsBuild: true,
      actor: 'ada',
      previousCommit: commitB,
      desiredAt: new Date(1_795_464_000_000).toISOString(),
    });
  });

  it('counts the files of all its commits, added and removed ones too', async () => {
    const commits = [
      { added: ['services/mcp-server/a.py'], removed: [], modified: [] },
      { added: [], removed: ['services/api-gateway/old.go'], modified: ['docs/x.md'] },
    ];
    const { promotion } = await plan({ commits });
    expect(promotion.services.map(({ name }) => name)).toEqual(['api-gateway', 'mcp-server']);
  });

  it.each([
    ['a tag', { ref: 'refs/tags/v1.0.0' }, 'not a branch'],
    ['a deleted branch', { deleted: true, after: zero }, 'was deleted'],
    ['a branch of no environment', { ref: 'refs/heads/feature/x' }, 'no environment is promoted from branch feature/x'],
    ['a foreign repository', { repository: { full_name: 'mallory/pyairtable' } }, 'not one of github.repositories'],
    ['documentation only', { commits: [{ modified: ['docs/a.md'] }] }, 'no service is concerned'],
    ['a payload that is no push', { after: 'HEAD; reboot' }, 'not that of a push'],
  ])('does nothing for %s and says why', async (_, overrides, reason) => {
    const result = await plan(overrides);
    expect(result.outcome).toBe('nothing');
    expect(result.reason).toContain(reason);
  });

  it('asks GitHub to compare when the list of commits is cut off', async () => {
    const commits = Array.from({ length: 2_048 }, () => ({ modified: ['docs/a.md'] }));
    const ports = createPorts({ 'b...a': ['services/mcp-server/x.py'] });
    const { promotion } = await plan({ commits }, ports);
    expect(ports.asked).toEqual(['b...a']);
    expect(promotion.services.map(({ name }) => name)).toEqual(['mcp-server']);
  });

  it('asks GitHub to compare when the payload came without its commits', async () => {
    const ports = createPorts({ 'b...a': ['services/mcp-server/x.py'] });
    await plan({ commits: undefined }, ports);
    expect(ports.asked).toEqual(['b...a']);
  });

  it('looks in both directions after a forced push, for what it took away counts too', async () => {
    const ports = createPorts({ 'b...a': ['services/mcp-server/x.py'], 'a...b': ['services/api-gateway/y.go'] });
    const { promotion } = await plan({ forced: true }, ports);
    expect(promotion.services.map(({ name }) => name)).toEqual(['api-gateway', 'mcp-server']);
  });

  it.each([
    ['the branch is new', { created: true, before: zero }],
    ['GitHub does not know the old commit any more', { forced: true }],
  ])('promotes all services of the repository when %s', async (_, overrides) => {
    const { promotion } = await plan(overrides);
    expect(promotion.services).toHaveLength(6);
  });

  it('keeps a hostile branch name as data', async () => {
    const { outcome, reason } = await plan({ ref: 'refs/heads/$(reboot)\n{% $eval() %}' });
    expect(outcome).toBe('nothing');
    expect(reason).toContain('$(reboot)');
  });
});

describe('anything but a push, a release or a request', () => {
  it('is refused with what is allowed', async () => {
    const event = { ...pushEvent(), 'detail-type': 'star' };
    const { outcome, reason } = await planPromotion(configuration, createPorts(), { event }, context);
    expect(outcome).toBe('refused');
    expect(reason).toBe(
      'got star of github.com: promotions start on push, release, success in the environment before, or request',
    );
  });
});

// No configuration and no freeze can hold up what goes back: neither the types nor the shape of the configuration can say it.
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { parseConfiguration } from '../../../config/load-configuration.ts';
import { findFreeze } from '../../../core/gates/find-freeze.ts';
import type { ForwardMove, GateFacts } from '../../../core/gates/gate-facts.ts';
import { listFreezes } from '../../../core/gates/list-freezes.ts';
import { planRollback } from '../../../core/rollback/plan-rollback.ts';
import { readCause } from '../../../core/rollback/read-cause.ts';
import { buildPromotion, digestA, digestB } from '../promotion/promotion-builder.ts';
import { buildFacts } from './gate-facts-builder.ts';

const document = parse(readFileSync('config/pyairtable.yaml', 'utf8')) as Record<string, unknown>;
const now = '2026-11-23T20:00:00.000Z';

const scope = {
  environments: fc.option(fc.subarray(['dev', 'staging', 'prod'], { minLength: 1 }), { nil: undefined }),
  services: fc.option(fc.subarray(['api-gateway', 'frontend'], { minLength: 1 }), { nil: undefined }),
};
const named = {
  name: fc.constant('window'),
  reason: fc.string({ minLength: 1, maxLength: 20 }),
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
};
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
const freeze = fc.oneof(
  fc.record({
    ...named,
    ...scope,
    weekdays: fc.subarray(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], { minLength: 1 }),
    from: time,
    to: time,
  }),
  fc.record({ ...named, ...scope, from: fc.constant('2026-11-01T00:00'), until: fc.constant('2026-12-31T00:00') }),
);

/** What runs in prod: a good version and then a bad one. */
const deployment = (digest: string, startedAt: string, promotionId: string) => ({
  pk: '',
  sk: '',
  kind: '',
  sortKey: '',
  environment: 'prod',
  service: 'api-gateway',
  version: `sha-${digest.slice(7, 47)}`,
  image: 'ghcr.io/pyairtable/api-gateway',
  digest,
  commit: digest.slice(7, 47),
  revision: 'r',
  promotionId,
  executionArn: 'e',
  actor: 'ada',
  startedAt,
  finishedAt: startedAt,
  committedAt: startedAt,
  fencingToken: 1,
  correlationId: 'c',
  causationId: 'c',
  outcome: 'succeeded' as const,
});
const history = [
  deployment(digestB, '2026-11-23T19:00:00.000Z', 'bad'),
  deployment(digestA, '2026-11-20T10:00:00.000Z', 'good'),
];

describe('a freeze', () => {
  it('never changes what a rollback does, whatever the configuration says', async () => {
    let held = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(freeze, { maxLength: 4 }), fc.boolean(), async (freezes, freezeOnIncident) => {
        const environments = document.environments as Record<string, object>;
        const edited = {
          ...document,
          freezes,
          environments: { ...environments, prod: { ...environments.prod, freezeOnIncident } },
        };
        const [frozen, free] = [edited, { ...document, freezes: [] }].map((each) =>
          parseConfiguration(stringify(each)),
        );
        if (frozen === undefined || free === undefined) throw new Error('the configuration was not read');
        const windows = listFreezes(frozen, { added: [], circuits: [], incidents: [] });
        if (findFreeze(windows, { environment: 'prod', services: ['api-gateway'] }, Date.parse(now))) held += 1;
        const plan = async (configuration: typeof frozen) => {
          const request = { service: 'api-gateway', environment: 'prod', actor: 'ada-release', reason: 'it hurts' };
          const cause = readCause(configuration, { request }, 'rollback-1');
          const ports = {
            history: {
              listDeployments: async () => history,
              findRollout: async () => undefined,
              listOpenCircuits: async () => [],
            },
            registry: { findDigest: async (_: string, digest: string) => digest },
            listQuarantines: async () => [],
          };
          return await planRollback(
            configuration,
            ports as unknown as Parameters<typeof planRollback>[1],
            cause,
            async () => [],
            {
              promotionId: 'rollback-1',
              executionArn: 'e',
              startedAt: now,
            },
          );
        };
        const planned = await plan(frozen);
        expect(planned).toEqual(await plan(free));
        expect(planned.outcome).toBe('acted');
      }),
      { numRuns: 40 },
    );
    // The property would say nothing if no freeze had been in force.
    expect(held).toBeGreaterThan(5);
  });

  it('has no key by which it could speak of a rollback or a restore', () => {
    const base = { name: 'weekend', reason: 'x', weekdays: ['sat'], from: '00:00', to: '24:00' };
    expect(() => parseConfiguration(stringify({ ...document, freezes: [base] }))).not.toThrow();
    for (const key of ['blocks', 'changes', 'rollback', 'restore', 'kinds', 'scope']) {
      expect(() => parseConfiguration(stringify({ ...document, freezes: [{ ...base, [key]: ['rollback'] }] }))).toThrow(
        /freezes/,
      );
    }
  });

  it('is asked about moves forward only: a rollback is no value that a gate takes', () => {
    const rollback = buildPromotion({ change: 'rollback' });
    // @ts-expect-error a rollback cannot be given to a gate
    const move: ForwardMove = rollback;
    const facts: GateFacts = buildFacts({ promotion: move });
    expect(facts.promotion).toBe(rollback);
  });

  it('is unknown to the code that takes back and restores', () => {
    const files = globSync([
      'core/rollback/**/*.ts',
      'core/restore/**/*.ts',
      'core/backups/**/*.ts',
      'lambdas/rollback/**/*.ts',
    ]);
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => /from '[^']*gates\//.test(readFileSync(file, 'utf8')))).toEqual([]);
    expect(readFileSync('state-machines/rollback-release.asl.json', 'utf8')).not.toContain('EvaluateGates');
  });
});

// Tests of core/rollback/plan-rollback.ts: who may ask, what is looked at, and what becomes of an answer that does not come.
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import type { DeploymentRecord } from '../../../contracts/ledger/deployments.ts';
import { planRollback } from '../../../core/rollback/plan-rollback.ts';
import type { CauseOfRollback } from '../../../core/rollback/read-cause.ts';
import type { RollbackPlanningPorts, SchemaCheck } from '../../../core/rollback/rollback-ports.ts';
import { at } from './change-builder.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');
const context = { promotionId: 'r', executionArn: 'arn:r', startedAt: at(220) };
const deployed = (name: string, minute: number): DeploymentRecord => ({
  pk: 'p',
  sk: name,
  kind: 'deployment#prod',
  sortKey: name,
  environment: 'prod',
  service: 'api-gateway',
  version: `sha-${name}`,
  image: 'ghcr.io/pyairtable/api-gateway',
  digest: `sha256:${name}`,
  commit: name.padEnd(40, '0'),
  revision: 'rev',
  promotionId: `promotion-${name}`,
  executionArn: 'arn:p',
  actor: 'ada',
  startedAt: at(minute),
  committedAt: at(minute),
  finishedAt: at(minute + 2),
  fencingToken: 1,
  correlationId: 'c',
  causationId: 'c',
  outcome: 'succeeded',
});
const history = [deployed('bad', 210), deployed('newer', 100), deployed('older', 0)];
const asked: CauseOfRollback = {
  automatic: undefined,
  environment: 'prod',
  services: ['api-gateway'],
  to: undefined,
  actor: 'ada-release',
  words: 'it hurts',
  correlationId: 'c',
  causationId: 'c',
  alertResolvedEventId: undefined,
};
const looked: string[] = [];
function plan(overrides: Partial<RollbackPlanningPorts> = {}, cause: Partial<CauseOfRollback> = {}) {
  looked.length = 0;
  const ports: RollbackPlanningPorts = {
    history: {
      listDeployments: async () => history,
      findRollout: async () => undefined,
      listOpenCircuits: async () => [{ scope: 'all', rule: 'any', openedAt: at(0), rollbackId: 'other' }],
    },
    isAlertResolved: async () => false,
    registry: {
      async findDigest(_, digest) {
        looked.push(digest);
        return digest;
      },
    },
    listQuarantines: async () => ({}),
    ...overrides,
  };
  return planRollback(configuration, ports, { ...asked, ...cause }, async () => [], context);
}

describe('a person', () => {
  it('is stopped by no circuit and waits for nobody; only the target is looked at closely', async () => {
    expect(await plan()).toMatchObject({ outcome: 'acted', rule: 'asked-for', services: [{ version: 'sha-newer' }] });
    expect(looked).toEqual(['sha256:newer']);
  });

  it('who may not change the environment is refused', async () => {
    expect(await plan({}, { actor: 'mallory' })).toMatchObject({ outcome: 'refused', rule: 'allowed-to-change' });
  });

  it('is refused what runs already, is unknown, or never ran', async () => {
    for (const to of ['sha-bad', 'sha-nothing'])
      expect(await plan({}, { to })).toMatchObject({ outcome: 'refused', rule: 'known-good-target', services: [] });
    expect(await plan({}, { services: ['nothing'] })).toMatchObject({ outcome: 'refused', rule: 'names-a-service' });
  });
});

describe('the target', () => {
  it('is the next one when the registry has lost the best one, or it does not fit the database', async () => {
    const lost = { findDigest: async (_: string, digest: string) => (digest === 'sha256:newer' ? undefined : digest) };
    const because = 'its image is not in the registry any more';
    expect(await plan({ registry: lost })).toMatchObject({
      services: [{ version: 'sha-older' }],
      refusedTargets: expect.arrayContaining([{ service: 'api-gateway', version: 'sha-newer', because }]),
    });
    const asked: string[][] = [];
    const findSchemaProblem: SchemaCheck = async (target, later) => {
      asked.push(later.map(({ version }) => version));
      return target.version === 'sha-newer' ? 'column total is gone' : undefined;
    };
    expect(await plan({ findSchemaProblem })).toMatchObject({
      services: [{ version: 'sha-older' }],
      refusedTargets: expect.arrayContaining([
        { service: 'api-gateway', version: 'sha-newer', because: 'column total is gone' },
      ]),
    });
  });

  it('is taken although the registry does not answer', async () => {
    const registry = { findDigest: async () => await Promise.reject(new Error('down')) };
    expect((await plan({ registry })).services).toMatchObject([{ version: 'sha-newer' }]);
  });

  it('is never a quarantined one, and without any other nothing goes back', async () => {
    const quarantined = { listQuarantines: async () => ({ 'sha256:newer': 'errors', 'sha256:older': 'errors' }) };
    const refused = await plan(quarantined);
    expect(refused).toMatchObject({ outcome: 'refused', rule: 'known-good-target', services: [] });
    expect(refused.reason).toContain('it is quarantined: errors');
    expect(looked).toEqual([]);
  });
});

describe('an alert', () => {
  const alert = (overrides: object = {}): Partial<CauseOfRollback> => ({
    automatic: {
      kind: 'alert',
      name: 'HighErrorRate',
      startsAt: at(215),
      severity: 'critical',
      fingerprint: 'f1',
      ...overrides,
    },
    alertResolvedEventId: 'alert-f1-resolved',
  });
  const nothingIsRead = new Proxy({}, { get: () => async () => await Promise.reject(new Error('something was read')) });
  const storm = (cause: Partial<CauseOfRollback>) =>
    planRollback(
      configuration,
      nothingIsRead as RollbackPlanningPorts,
      { ...asked, ...alert(), ...cause },
      async () => await Promise.reject(new Error('the rollbacks were read')),
      context,
    );

  it.each([
    ['names-an-environment', { environment: undefined }],
    ['names-a-service', { services: [], foreignService: 'postgres' }],
    ['critical-alert', alert({ severity: 'warning' })],
    ['critical-alert', { ...alert({ severity: undefined }), services: [] }],
  ])('that %s answers is suppressed before anything is read', async (rule, cause) => {
    expect(await storm(cause)).toMatchObject({ outcome: 'suppressed', rule });
  });

  it('that speaks of what is not ours asks nobody, whatever was deployed; one that names nothing does', async () => {
    const foreign = await plan({}, { ...alert(), services: [], foreignService: 'postgres' });
    expect(foreign.reason).toBe('HighErrorRate speaks of postgres, no service of ours');
    const none = await plan({}, { ...alert(), services: [] });
    expect(none).toMatchObject({ outcome: 'deferred', reason: expect.stringContaining('api-gateway sha-bad') });
    const over = await plan({ isAlertResolved: async () => true }, { ...alert(), services: [] });
    expect(over).toMatchObject({ outcome: 'suppressed', rule: 'still-firing' });
  });
});

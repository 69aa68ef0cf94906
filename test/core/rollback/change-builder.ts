// Changes for tests: valid as they are, with what a test is about overridden.
import type { DeployedChange } from '../../../core/rollback/deployed-change.ts';

/** `at(90)` is 90 minutes after noon. */
export const at = (minutes: number): string =>
  new Date(Date.parse('2026-11-23T12:00:00.000Z') + minutes * 60_000).toISOString();

/** A version that reached Git at `minute` and was healthy two minutes later. */
export function buildChange(name: string, minute: number, overrides: Partial<DeployedChange> = {}): DeployedChange {
  return {
    promotionId: `promotion-${name}`,
    version: `sha-${name}`,
    commit: `${name}${'0'.repeat(40 - name.length)}`,
    image: 'ghcr.io/pyairtable/api-gateway',
    digest: `sha256:${name}`,
    correlationId: `pyairtable/pyairtable@${name}`,
    change: 'promotion',
    outcome: 'succeeded',
    startedAt: at(minute),
    finishedAt: at(minute + 2),
    ...overrides,
  };
}

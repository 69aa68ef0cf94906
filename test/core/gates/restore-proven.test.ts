// A release with migrations needs a proven restore of the database that it changes; every other release does not.
import { describe, expect, it } from '@jest/globals';
import { type RestoreProofs, readDatabaseChanges, restoreProven } from '../../../core/gates/restore-proven.ts';
import { buildFacts, buildTarget, configuration } from './gate-facts-builder.ts';

const migration = 'services/platform-services/migrations/0007_invoices.sql';
const proofs = (change: Partial<RestoreProofs> = {}): RestoreProofs => ({
  findCurrentCommit: async () => 'old',
  findChangedFiles: async () => ['services/platform-services/main.py', migration],
  findVerifiedAt: async () => undefined,
  ...change,
});
const services = [
  { name: 'platform-services', commit: 'new' },
  { name: 'api-gateway', commit: 'new' },
];

async function judge(change: Partial<RestoreProofs>, promoteFrom: string | undefined = 'staging') {
  const known = await readDatabaseChanges(configuration, proofs(change), 'prod', services);
  return restoreProven(buildFacts({ databaseChanges: { known }, target: buildTarget({ promoteFrom }) }));
}

describe('the gate restore-proven', () => {
  it('asks only what runs there and what the service changed since', async () => {
    const asked: string[] = [];
    await judge({
      async findChangedFiles(...of) {
        asked.push(of.join(' '));
        return [];
      },
    });
    expect(asked).toEqual(['pyairtable/pyairtable old new']);
  });

  it.each<[string, Partial<RestoreProofs>, string]>([
    ['no migration is among it', { findChangedFiles: async () => ['services/platform-services/main.py'] }, 'not-asked'],
    ['it was never proven', {}, 'closed'],
    // The facts' time is 2026-11-23T20:00; eight days are allowed.
    ['the proof is older than allowed', { findVerifiedAt: async () => '2026-11-15T19:59:59.000Z' }, 'closed'],
    ['the proof is just young enough', { findVerifiedAt: async () => '2026-11-15T20:00:00.000Z' }, 'open'],
    ['GitHub cannot compare', { findChangedFiles: async () => undefined }, 'closed'],
    ['nothing runs there yet', { findCurrentCommit: async () => undefined }, 'closed'],
  ])('when %s', async (_, change, verdict) => {
    expect((await judge(change)).verdict).toBe(verdict);
  });

  it('says which migration changes what, and what to do', async () => {
    expect(await judge({})).toMatchObject({
      reason: `platform-services changes pyairtable (${migration}), whose restore was never proven: allowed are 8 days (backups.maxVerifiedRestoreAgeDays), automation backups verify proves it`,
    });
  });

  it('asks nothing of the environments in which releases are tried', () => {
    const target = buildTarget({ promoteFrom: undefined });
    expect(restoreProven(buildFacts({ target })).verdict).toBe('not-asked');
  });
});

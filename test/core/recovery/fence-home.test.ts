// What of the region that was left is still to be fenced, and that nothing is fenced that comes home.
import { expect, it } from '@jest/globals';
import { moveEndedPattern, type RecoveryEventType, recoveryEventTypes } from '../../../contracts/events/recovery.ts';
import type { SiteRecord } from '../../../contracts/ledger/sites.ts';
import { type HomeFenceParts, planHomeFences, recordHomeFences } from '../../../core/recovery/fence-home.ts';

const unfenced = ['pyairtable', 'reporting'].map((database) => ({
  ...{ database, failOverId: 'prod.to-recovery.1' },
  fence: {
    ...{ command: 'fence-database' as const, site: 'primary' as const, job: `fence-${database}`, databaseBeside: 'x' },
    backup: {
      ...{
        backupId: 'b',
        environment: 'prod',
        database,
        bucket: 'replica',
        prefix: 'database/1/',
        tier: 'daily' as const,
      },
      keepUntil: '2026-12-24T02:00:00.000Z',
    },
  },
}));
const away: SiteRecord = {
  ...{ pk: 'SITE#prod', sk: 'SITE', environment: 'prod', site: 'recovery', since: '2026-12-05T10:00:00.000Z' },
  unfenced,
};

function open(record: SiteRecord = away) {
  let kept = record;
  const told: string[] = [];
  const parts: HomeFenceParts = {
    ...{ region: 'eu-west-1', now: '2026-12-05T12:00:00.000Z' },
    findSite: async () => kept,
    async putUnmoved(written) {
      if (kept.movedBy !== undefined || kept.since !== written.since) return false;
      kept = written;
      return true;
    },
    publisher: { publish: async ({ detail }) => void told.push((detail as { reason: string }).reason) },
  };
  return { parts, told, kept: () => kept };
}

it('is everything that a fail-over could not reach, as long as the environment stays away', () => {
  expect(
    planHomeFences([away]).map(({ environment, database, replaces }) => [environment, database, replaces]),
  ).toEqual([
    ['prod', 'pyairtable', ['fence-pyairtable']],
    ['prod', 'reporting', ['fence-reporting']],
  ]);
  // A fail-back has begun: what it restores at home must take writes.
  expect(planHomeFences([{ ...away, movedBy: 'arn:fail-back' }])).toEqual([]);
  expect(planHomeFences([{ ...away, site: 'primary' }])).toEqual([]);
});

it('is told and written down when it is fenced, and what is left stays', async () => {
  const { parts, told, kept } = open();
  const [first, second] = planHomeFences([away]);
  if (first === undefined || second === undefined) throw new Error('two are to be fenced');
  expect(await recordHomeFences(parts, [first], 'arn:this')).toEqual(['prod/pyairtable']);
  expect(told).toEqual([
    expect.stringMatching(/^the region that was left answers again: pyairtable there takes no writes/),
  ]);
  expect(told[0]).toContain('reporting could not be reached yet');
  expect(kept().unfenced?.map(({ database }) => database)).toEqual(['reporting']);
  // Again, and the other one.
  expect(await recordHomeFences(parts, [first, second], 'arn:this')).toEqual(['prod/reporting']);
  expect(kept().unfenced).toBeUndefined();
});

it('is not written over an environment that has begun to come home', async () => {
  const { parts, told } = open({ ...away, movedBy: 'arn:fail-back' });
  expect(await recordHomeFences(parts, planHomeFences([away]), 'arn:this')).toEqual([]);
  expect(told).toEqual([]);
});

it('begins anew after each end of a move that did something: while one was under way nothing was fenced', () => {
  const didNothing: readonly RecoveryEventType[] = ['FailOverStarted', 'FailOverRefused'];
  const ends = recoveryEventTypes.filter((type) => type.startsWith('FailOver') && !didNothing.includes(type));
  expect(moveEndedPattern.detailType).toEqual(ends);
});

// Every scheduled job is watched, and every scheduled workflow leaves the records that the watchdog reads.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { jobs } from '../../contracts/jobs.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { recoverySchedules } from '../../lib/recovery/recovery-routes.ts';
import { scheduleRoutes } from '../../lib/routes.ts';

interface Put {
  readonly Resource?: string;
  readonly Arguments?: { readonly Item?: Readonly<Record<string, { readonly S?: string }>> };
}

const watched = [...scheduleRoutes, ...recoverySchedules].filter(({ id }) => id !== 'watch-jobs');

describe('scheduled jobs', () => {
  it('are all in the table that the watchdog watches, under the schedule that they keep', () => {
    expect(Object.fromEntries(watched.map(({ id, schedule }) => [id, schedule]))).toEqual(
      Object.fromEntries(Object.entries(jobs).map(([id, { schedule }]) => [id, schedule])),
    );
  });

  it.each(watched.flatMap(({ id, target }) => ('workflow' in target ? [[id, target.workflow]] : [])))(
    '%s records its start, its success and its failure',
    (job, workflow) => {
      const { States } = JSON.parse(readFileSync(`state-machines/${workflow}.asl.json`, 'utf8')) as {
        States: Record<string, Put>;
      };
      const own = ledgerKey.jobState(String(job)).pk;
      const items = Object.values(States)
        .filter(({ Resource }) => Resource === 'arn:aws:states:::dynamodb:putItem')
        .map((state) => state.Arguments?.Item ?? {})
        // The key itself, or an expression that gives it.
        .filter(({ pk }) =>
          [pk?.S, ...(pk?.S?.match(/'[^']*'/g) ?? [])].some((key) => key?.replaceAll("'", '') === own),
        );
      const outcomes = items.map(({ outcome }) => outcome?.S ?? '').join(' ');
      expect(outcomes).toContain('running');
      expect(outcomes).toContain('succeeded');
      expect(outcomes).toContain('failed');
      const sortKeys = new Set(items.map(({ sk }) => sk?.S));
      expect([...sortKeys]).toEqual([
        "{% 'RUN#' & $states.context.Execution.StartTime & '#' & $states.context.Execution.Name %}",
      ]);
    },
  );
});

// `automation budget`: how long a bad release hurts, from the first bad answer to rolled back, by what is configured and what was measured.
import { deploymentRecord } from '../../contracts/ledger/deployments.ts';
import { eventRecord } from '../../contracts/ledger/events.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { Connection } from '../connection.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { renderTable } from '../output.ts';
import type { AlertingSettings } from './read-alerting-settings.ts';
import type { ArgoCdSettings } from './read-argocd-settings.ts';

/** One part of the way; of an interval the worst case counts, the whole of it. */
export interface BudgetPart {
  readonly part: string;
  readonly seconds: number | undefined;
  readonly from: string;
}

export interface Budget {
  readonly service: string;
  readonly environment: string;
  /** The alert that is the first to fire: the one with the shortest `for`. */
  readonly alert: string;
  readonly parts: readonly BudgetPart[];
  /** Of the parts that are known. */
  readonly totalSeconds: number;
  readonly largest: string;
}

/** Medians of past rollbacks, in seconds. */
export interface MeasuredSeconds {
  readonly count: number;
  readonly alertToCommit: number | undefined;
  readonly commitToHealthy: number | undefined;
}

/** What the ledger has kept of the rollbacks of the service there: when they were asked for, reached Git, and were healthy. */
export async function measureRollbacks(
  connection: Connection,
  service: string,
  environment: string,
): Promise<MeasuredSeconds> {
  const ledger = createLedgerReader(connection);
  const { pk } = ledgerKey.deployment(environment, service, '', '');
  const deployments = await ledger.listPartition(pk, deploymentRecord, { newestFirst: true, limit: 50 });
  const rollbacks = deployments.filter(({ change, outcome }) => change === 'rollback' && outcome === 'succeeded');
  const causes = await Promise.all(
    rollbacks.map(async ({ promotionId }) => await ledger.find(ledgerKey.event(promotionId), eventRecord)),
  );
  const alertToCommit = rollbacks.flatMap(({ committedAt, startedAt }, index) =>
    committedAt === undefined ? [] : [secondsBetween(causes[index]?.occurredAt ?? startedAt, committedAt)],
  );
  const commitToHealthy = rollbacks.flatMap(({ committedAt, finishedAt }) =>
    committedAt === undefined ? [] : [secondsBetween(committedAt, finishedAt)],
  );
  return { count: rollbacks.length, alertToCommit: median(alertToCommit), commitToHealthy: median(commitToHealthy) };
}

/** Adds up the worst case. */
export function buildBudget(
  service: string,
  environment: string,
  settings: AlertingSettings,
  measured: MeasuredSeconds,
  argoCd: ArgoCdSettings,
): Budget {
  const ledger =
    measured.count === 0 ? 'not measured yet: no rollback there' : `median of ${measured.count} in the ledger`;
  const parts: BudgetPart[] = [
    // The counters of new pods begin with their first scrape.
    {
      part: 'Prometheus scrapes twice',
      seconds: 2 * settings.scrapeSeconds,
      from: 'scrape_interval: a rate needs two',
    },
    { part: 'Prometheus evaluates', seconds: settings.evaluationSeconds, from: 'evaluation_interval' },
    { part: `${settings.alert} is pending`, seconds: settings.forSeconds, from: 'for' },
    {
      part: 'Alertmanager groups',
      seconds: settings.groupWaitSeconds,
      from: `group_wait of ${settings.groupWaitFrom}`,
    },
    { part: 'alert to commit', seconds: measured.alertToCommit, from: ledger },
    {
      part: 'Argo CD notices',
      seconds: 0,
      from: `asked to refresh at once; by its own poll up to ${argoCd.pollSeconds} s (${argoCd.from})`,
    },
    { part: 'rollout and smoke tests', seconds: measured.commitToHealthy, from: ledger },
  ];
  const known = parts.filter((part) => part.seconds !== undefined);
  const largest = known.toSorted((left, right) => (right.seconds ?? 0) - (left.seconds ?? 0))[0]?.part ?? '';
  const totalSeconds = Number(known.reduce((sum, { seconds = 0 }) => sum + seconds, 0).toFixed(1));
  return { service, environment, alert: settings.alert, parts, totalSeconds, largest };
}

export function renderBudget({ service, environment, parts, totalSeconds, largest }: Budget): string {
  const rows = parts.map(({ part, seconds, from }) => [
    part,
    seconds === undefined ? '?' : `${seconds.toFixed(1)} s`,
    from,
  ]);
  const isWhole = parts.every(({ seconds }) => seconds !== undefined);
  return [
    renderTable(['PART', 'AT MOST', 'FROM'], rows),
    `${service} in ${environment} is back ${isWhole ? 'after' : 'after at least'} ${totalSeconds} s; the largest part: ${largest}`,
  ].join('\n');
}

function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1_000;
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)];
}

// `automation budget`: how long a bad release hurts, from the first bad answer to rolled back, by what is configured and what was measured.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { deploymentRecord } from '../../contracts/ledger/deployments.ts';
import { eventRecord } from '../../contracts/ledger/events.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { Connection } from '../connection.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { CommandFailure, exitCodes, renderTable } from '../output.ts';

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

/** What of the monitoring's configuration counts. */
export interface AlertingSettings {
  readonly scrapeSeconds: number;
  readonly evaluationSeconds: number;
  readonly alert: string;
  readonly forSeconds: number;
  readonly groupWaitSeconds: number;
  readonly groupWaitFrom: string;
}

/** Medians of past rollbacks, in seconds. */
export interface MeasuredSeconds {
  readonly count: number;
  readonly alertToCommit: number | undefined;
  readonly commitToHealthy: number | undefined;
}

const text = z.optional(z.string());
const prometheusSchema = z.object({
  global: z.optional(z.object({ scrape_interval: text, evaluation_interval: text })),
  scrape_configs: z.optional(z.array(z.object({ job_name: z.string(), scrape_interval: text }))),
});
const rulesSchema = z.object({
  groups: z.array(
    z.object({
      interval: text,
      rules: z.array(
        z.object({ alert: text, expr: z.unknown(), for: text, labels: z.optional(z.record(z.string(), z.string())) }),
      ),
    }),
  ),
});
interface Route {
  readonly receiver?: string | undefined;
  readonly matchers?: readonly string[] | undefined;
  readonly group_wait?: string | undefined;
  readonly continue?: boolean | undefined;
  readonly routes?: readonly Route[] | undefined;
}
const alertmanagerSchema = z.object({ route: z.custom<Route>((value) => typeof value === 'object' && value !== null) });

/** Reads Prometheus' and Alertmanager's own files. @throws CommandFailure when one is not there or no alert can act. */
export function readAlertingSettings(directory: string, service: string, environment: string): AlertingSettings {
  const prometheus = read(join(directory, 'prometheus.yaml'), prometheusSchema);
  const job = prometheus.scrape_configs?.find(({ job_name: name }) => name === 'services');
  const evaluation = parseDuration(prometheus.global?.evaluation_interval ?? '1m');
  const alerts = readdirSync(join(directory, 'rules'))
    .filter((file) => file.endsWith('.rules.yaml'))
    .flatMap((file) => read(join(directory, 'rules', file), rulesSchema).groups)
    .flatMap(({ interval, rules }) => rules.map((rule) => ({ ...rule, interval })))
    // A rule that names a service speaks of that one only; one that takes it from its series, of each; any other one takes nothing back.
    .filter(
      ({ alert, expr, labels }) =>
        alert !== undefined &&
        labels?.severity === 'critical' &&
        (labels.service === undefined ? /\bservice\b/.test(String(expr)) : labels.service === service),
    )
    .toSorted((left, right) => parseDuration(left.for ?? '0s') - parseDuration(right.for ?? '0s'));
  const [first] = alerts;
  if (first?.alert === undefined) {
    throw new CommandFailure(
      `no rule in ${directory}/rules is critical: nothing would ever roll back`,
      exitCodes.notFound,
    );
  }
  const labels = { alertname: first.alert, service, environment, ...first.labels };
  const { route } = read(join(directory, 'alertmanager.yaml'), alertmanagerSchema);
  const chosen = findRoute(route, labels, { groupWait: '30s', from: 'the default' });
  return {
    scrapeSeconds: parseDuration(job?.scrape_interval ?? prometheus.global?.scrape_interval ?? '1m'),
    evaluationSeconds: first.interval === undefined ? evaluation : parseDuration(first.interval),
    alert: first.alert,
    forSeconds: parseDuration(first.for ?? '0s'),
    groupWaitSeconds: parseDuration(chosen.groupWait),
    groupWaitFrom: chosen.from,
  };
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
): Budget {
  const ledger =
    measured.count === 0 ? 'not measured yet: no rollback there' : `median of ${measured.count} in the ledger`;
  const parts: BudgetPart[] = [
    { part: 'Prometheus scrapes', seconds: settings.scrapeSeconds, from: 'scrape_interval' },
    { part: 'Prometheus evaluates', seconds: settings.evaluationSeconds, from: 'evaluation_interval' },
    { part: `${settings.alert} is pending`, seconds: settings.forSeconds, from: 'for' },
    {
      part: 'Alertmanager groups',
      seconds: settings.groupWaitSeconds,
      from: `group_wait of ${settings.groupWaitFrom}`,
    },
    { part: 'alert to commit', seconds: measured.alertToCommit, from: ledger },
    { part: 'Argo CD notices', seconds: 0, from: 'asked to refresh at once; its own poll would take up to 180 s' },
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

/** The deepest route that matches, as Alertmanager walks them; what it leaves out it has from above. */
function findRoute(
  route: Route,
  labels: Readonly<Record<string, string>>,
  above: { readonly groupWait: string; readonly from: string },
): { readonly groupWait: string; readonly from: string } {
  const name = (route.matchers ?? []).join(', ') || 'the first route';
  const own = route.group_wait === undefined ? above : { groupWait: route.group_wait, from: name };
  const next = (route.routes ?? []).find(({ matchers = [] }) => matchers.every((matcher) => isMatch(matcher, labels)));
  return next === undefined ? own : findRoute(next, labels, own);
}

function isMatch(matcher: string, labels: Readonly<Record<string, string>>): boolean {
  const [, label = '', operator = '', quoted = ''] = /^\s*(\w+)\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*$/.exec(matcher) ?? [];
  const value = labels[label] ?? '';
  const isSame = operator.endsWith('~') ? new RegExp(`^(?:${quoted})$`).test(value) : value === quoted;
  return operator.startsWith('!') ? !isSame : isSame;
}

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** As Prometheus writes it: `1m30s`. */
export function parseDuration(duration: string): number {
  const parts = [...duration.matchAll(/(\d+)(ms|[smhdw])/g)];
  if (parts.map(([whole]) => whole).join('') !== duration && duration !== '0')
    throw new CommandFailure(`a duration such as 1m30s is needed, got ${duration}`);
  return parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (unitSeconds[unit] ?? 0), 0);
}

function read<Schema extends z.ZodMiniType>(file: string, schema: Schema): z.output<Schema> {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch {
    throw new CommandFailure(`cannot read ${file}: name the folder with --monitoring`, exitCodes.notFound);
  }
  const parsed = schema.safeParse(parse(content));
  if (parsed.success) return parsed.data;
  throw new CommandFailure(`${file} is not of a form that is known: ${z.prettifyError(parsed.error)}`);
}

function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1_000;
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)];
}

// What of Prometheus' and Alertmanager's own files decides how soon a bad release is told of.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { CommandFailure, exitCodes } from '../output.ts';
import { parseDuration } from './parse-duration.ts';

/** What of the monitoring's configuration counts. */
export interface AlertingSettings {
  readonly scrapeSeconds: number;
  readonly evaluationSeconds: number;
  readonly alert: string;
  readonly forSeconds: number;
  readonly groupWaitSeconds: number;
  readonly groupWaitFrom: string;
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

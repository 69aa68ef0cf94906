// A metric in the terms of Prometheus, and its text.
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

export interface MetricFamily {
  /** In base units, such as `automation_job_last_success_timestamp_seconds`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The content type of the text. */
export const expositionContentType = 'text/plain; version=0.0.4; charset=utf-8';

/** Families without a sample are left out. */
export function renderMetrics(families: readonly MetricFamily[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, type, samples }) => {
      const head = `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
      return head + samples.map((sample) => `${name}${renderLabels(sample.labels)} ${sample.value}\n`).join('');
    })
    .join('');
}

function renderLabels(labels: MetricSample['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** A time of the ledger in Unix seconds, as Prometheus compares it with `time()`. */
export function toSeconds(time: string): number {
  return Date.parse(time) / 1000;
}

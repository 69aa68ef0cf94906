// What canaries are judged by, answered by Prometheus' own engine: the shipped queries over series that are known, and our stand-in beside it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parseAllDocuments, stringify } from 'yaml';
import type { Canary } from '../../local/world/kubernetes/flagger/canary.ts';
import { evaluateQuery, NoValuesFound, renderQuery } from '../../local/world/kubernetes/flagger/measure-canary.ts';
import { durationBuckets } from '../../local/world/kubernetes/pods/pod-metrics.ts';
import type { KubernetesObject } from '../../local/world/kubernetes/resources/kubernetes-object.ts';
import { findMonitoringTools, monitoringToolsMissing } from '../../local/world/monitoring/find-monitoring-tools.ts';

const tools = findMonitoringTools();
const withTools = tools === undefined ? describe.skip : describe;
const directory = mkdtempSync(join(tmpdir(), 'templates-'));
afterAll(() => rmSync(directory, { recursive: true }));

const canary = {
  metadata: { name: 'api-gateway', namespace: 'pyairtable-prod' },
  spec: { targetRef: { name: 'api-gateway' }, service: { port: 8000 } },
} as Canary;
const queries = Object.fromEntries(
  parseAllDocuments(readFileSync('gitops/canaries/metric-templates.yaml', 'utf8')).map((document) => {
    const template = document.toJS() as KubernetesObject;
    return [template.metadata?.name ?? '', renderQuery(template, canary, '1m')];
  }),
);

/** Requests in each ten seconds: of the canary's own pods, unless a name says otherwise. */
interface Traffic {
  readonly good: number;
  readonly bad: number;
  /** By upper bound of the bucket, cumulative. */
  readonly faster?: Readonly<Record<string, number>>;
  readonly pod?: string;
  readonly namespace?: string;
}
const own = 'api-gateway-7d9c5b4f8-x2x9z';

function seriesOf({ good, bad, faster = {}, pod = own, namespace = 'pyairtable-prod' }: Traffic) {
  const labels = `namespace="${namespace}", pod="${pod}"`;
  const counter = (name: string, more: string, step: number) => ({
    series: `${name}{${labels}, ${more}}`,
    values: `0+${step}x12`,
  });
  return [
    counter('http_requests_total', 'status="200"', good),
    counter('http_requests_total', 'status="503"', bad),
    ...Object.entries(faster).map(([bound, step]) =>
      counter('http_request_duration_seconds_bucket', `le="${bound}"`, step),
    ),
  ];
}

/** Promtool's verdict over two minutes of such traffic. Without an expected value the query must have no result. */
function ask(name: string, traffic: readonly Traffic[], expected: number | undefined): string {
  const test = {
    evaluation_interval: '10s',
    tests: [
      {
        interval: '10s',
        input_series: traffic.flatMap(seriesOf),
        promql_expr_test: [
          {
            expr: queries[name],
            eval_time: '2m',
            exp_samples: expected === undefined ? [] : [{ labels: '{}', value: expected }],
          },
        ],
      },
    ],
  };
  const file = join(directory, 'test.yaml');
  writeFileSync(file, stringify(test));
  const { status, stdout, stderr } = spawnSync(tools?.promtool ?? '', ['test', 'rules', file], { encoding: 'utf8' });
  return status === 0 ? 'as expected' : `${stdout}${stderr}`;
}

withTools(tools === undefined ? monitoringToolsMissing : 'the success rate by Prometheus', () => {
  it.each<[string, Traffic[], number | undefined]>([
    ['of a version that answers well', [{ good: 10, bad: 0 }], 100],
    ['of one with errors', [{ good: 7, bad: 3 }], 70],
    ['of one that answers nothing but errors, which is no lack of data', [{ good: 0, bad: 5 }], 0],
    [
      'of two pods together',
      [
        { good: 10, bad: 0 },
        { good: 0, bad: 10, pod: 'api-gateway-7d9c5b4f8-aaaaa' },
      ],
      50,
    ],
    [
      'without the primary’s pods',
      [
        { good: 7, bad: 3 },
        { good: 100, bad: 0, pod: 'api-gateway-primary-5f6d8c9b7-x2x9z' },
      ],
      70,
    ],
    [
      'without those of another namespace',
      [
        { good: 7, bad: 3 },
        { good: 100, bad: 0, namespace: 'pyairtable-staging' },
      ],
      70,
    ],
    ['of one that nobody asked is no value', [{ good: 0, bad: 0, pod: 'mcp-server-5f6d8c9b7-x2x9z' }], undefined],
  ])('%s', (_, traffic, expected) => {
    expect(ask('success-rate', traffic, expected)).toBe('as expected');
  });

  it('is what is compared at all', () => {
    expect(ask('success-rate', [{ good: 7, bad: 3 }], 99)).not.toBe('as expected');
  });
});

withTools(tools === undefined ? `${monitoringToolsMissing} (2)` : 'the latency by Prometheus', () => {
  const all = Object.fromEntries(durationBuckets.map((bound) => [String(bound), 0]));
  /** Ten requests in each step, so many of them within each bound. */
  const within = (bounds: Readonly<Record<string, number>>) => ({ ...all, ...bounds, '+Inf': 10 });
  const [first = 0, second = 0] = durationBuckets;

  it('is in milliseconds, linear within its bucket, and the same as our stand-in’s', () => {
    const faster = within(
      Object.fromEntries(durationBuckets.map((bound, index) => [String(bound), index === 0 ? 0 : 10])),
    );
    const expected = (first + (second - first) * 0.95) * 1_000;
    expect(ask('p95-latency', [{ good: 10, bad: 0, faster }], expected)).toBe('as expected');
    const counts = {
      byStatus: new Map([[200, 10]]),
      byDuration: [...durationBuckets.map((_, index) => (index === 0 ? 0 : 10)), 10],
      durationSeconds: 1,
    };
    expect(evaluateQuery(queries['p95-latency'] ?? '', counts)).toBeCloseTo(expected, 9);
  });

  it('of one that nobody asked is no value', () => {
    expect(
      ask('p95-latency', [{ good: 0, bad: 0, pod: 'mcp-server-5f6d8c9b7-x2x9z', faster: within({}) }], undefined),
    ).toBe('as expected');
  });
});

describe('our stand-in', () => {
  const counts = (good: number, bad: number) => ({
    byStatus: new Map([
      [200, good],
      [503, bad],
    ]),
    byDuration: [good + bad],
    durationSeconds: 0,
  });

  it.each([
    [10, 0, 100],
    [7, 3, 70],
    [0, 5, 0],
  ])('says the same of %i good answers and %i bad ones', (good, bad, expected) => {
    expect(evaluateQuery(queries['success-rate'] ?? '', counts(good, bad))).toBeCloseTo(expected, 9);
  });

  it('has no value either for one that nobody asked', () => {
    expect(() => evaluateQuery(queries['success-rate'] ?? '', counts(0, 0))).toThrow(NoValuesFound);
  });
});

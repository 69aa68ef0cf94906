// The platform's monitoring files: by the tools that read them, and against our configuration and runbook.
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { loadConfiguration } from '../../config/load-configuration.ts';
import { findMonitoringTools, monitoringToolsMissing } from '../../local/world/monitoring/find-monitoring-tools.ts';
import { divideDurations, renderMonitoring } from '../../local/world/monitoring/render-monitoring.ts';

const sources = 'gitops/monitoring';
const ruleFiles = globSync('rules/*.rules.yaml', { cwd: sources }).toSorted();
const tools = findMonitoringTools();
const withTools = tools === undefined ? describe.skip : describe;

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
const rulesOf = (file: string): Rule[] =>
  (parse(readFileSync(join(sources, file), 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
    ({ rules }) => rules,
  );
const alerts = ruleFiles.flatMap(rulesOf).filter(({ alert }) => alert !== undefined);

const directory = mkdtempSync(join(tmpdir(), 'monitoring-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('the rules', () => {
  it('know what each service promises, as the configuration says it', () => {
    const { services } = loadConfiguration('config/pyairtable.yaml');
    const written = rulesOf('rules/objectives.rules.yaml').map(({ record, expr, labels }) => [
      record,
      labels?.service,
      Number(/^vector\((.+)\)$/.exec(expr)?.[1]),
    ]);
    const promised = Object.entries(services).flatMap(([service, { slo }]) => [
      ['slo:success_ratio', service, slo.successRatePercent / 100],
      ['slo:p95_seconds', service, slo.p95LatencyMilliseconds / 1000],
    ]);
    expect(written.toSorted()).toEqual(promised.toSorted());
  });

  it.each(alerts.map((rule) => [String(rule.alert), rule] as const))(
    '%s says how grave it is, what is wrong and what to do',
    (_, rule) => {
      expect(['warning', 'critical']).toContain(rule.labels?.severity);
      expect(rule.annotations?.summary).toMatch(/\S/);
      const [file, anchor] = rule.annotations?.runbook_url?.split('/blob/main/').at(-1)?.split('#') ?? [];
      const headings = readFileSync(String(file), 'utf8').match(/^#{2,3} .*$/gm) ?? [];
      const anchors = headings.map((heading) =>
        heading
          .replace(/^#+ /, '')
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
      expect(anchors).toContain(anchor);
    },
  );

  it.each(ruleFiles.filter((file) => rulesOf(file).some(({ alert }) => alert)))('%s has tests of its own', (file) => {
    const tests = globSync(`rules/tests/${basename(file, '.rules.yaml')}.test.yaml`, { cwd: sources });
    expect(tests).toHaveLength(1);
  });

  it('stand in the ConfigMap that carries them into a cluster', () => {
    const { configMapGenerator } = parse(readFileSync(join(sources, 'kustomization.yaml'), 'utf8'));
    expect(
      configMapGenerator.find(({ name }: { name: string }) => name === 'prometheus-rules').files.toSorted(),
    ).toEqual(ruleFiles);
  });
});

describe('the files of one run', () => {
  it('scrape the namespaces that the platform scrapes, of all that the clusters list', () => {
    renderMonitoring({
      sources,
      directory,
      targetUrls: ['http://127.0.0.1:9/targets'],
      alertmanager: '127.0.0.1:9',
      webhookUrl: 'http://127.0.0.1:9/webhooks/alertmanager',
      webhookToken: 'token',
    });
    const { scrape_configs: jobs } = parse(readFileSync(join(directory, 'prometheus.yaml'), 'utf8'));
    expect(jobs).toHaveLength(1);
    expect(jobs[0].relabel_configs).toContainEqual({
      source_labels: ['__meta_kubernetes_namespace'],
      regex: 'pyairtable-dev|pyairtable-staging|pyairtable-prod',
      action: 'keep',
    });
  });
});

describe('the durations of one run', () => {
  it('are divided where they are durations, and nothing else is', () => {
    const text = 'for: 1m\nexpr: rate(errors:rate1m[1m]) > 10 offset 15m\ngroup_wait: 1s\nname: p95_1m\nthreshold: 5';
    expect(divideDurations(text, 10)).toBe(
      'for: 6000ms\nexpr: rate(errors:rate1m[6000ms]) > 10 offset 90000ms\ngroup_wait: 1000ms\nname: p95_1m\nthreshold: 5',
    );
  });
});

withTools(tools === undefined ? monitoringToolsMissing : 'promtool and amtool', () => {
  const run = (program: 'promtool' | 'amtool', args: readonly string[], cwd: string) => {
    const { status, stdout, stderr } = spawnSync(String(tools?.[program]), args, { cwd, encoding: 'utf8' });
    return { status, words: `${stdout}${stderr}` };
  };

  it('find the rules sound, and the rules do what their tests say', () => {
    expect(run('promtool', ['check', 'rules', ...ruleFiles], sources)).toMatchObject({ status: 0 });
    const tests = globSync('rules/tests/*.test.yaml', { cwd: sources });
    expect(tests.length).toBeGreaterThan(0);
    expect(run('promtool', ['test', 'rules', ...tests], sources)).toMatchObject({ status: 0 });
  });

  it('find both configurations sound; Debian’s Prometheus knows no Kubernetes, so its own is tried as rendered for this machine', () => {
    renderMonitoring({
      sources,
      directory,
      targetUrls: ['http://127.0.0.1:9/targets'],
      alertmanager: '127.0.0.1:9',
      webhookUrl: 'http://127.0.0.1:9/webhooks/alertmanager',
      webhookToken: 'token',
      speed: 10,
    });
    expect(run('promtool', ['check', 'config', 'prometheus.yaml'], directory)).toMatchObject({ status: 0 });
    expect(run('amtool', ['check-config', 'alertmanager.yaml'], sources)).toMatchObject({ status: 0 });
    expect(run('amtool', ['check-config', 'alertmanager.yaml'], directory)).toMatchObject({ status: 0 });
  });
});

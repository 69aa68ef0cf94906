// Tests of cli/commands/budget.ts and of what it reads, against the shipped configuration and against others.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { buildBudget, renderBudget } from '../../../cli/commands/budget.ts';
import { parseDuration } from '../../../cli/commands/parse-duration.ts';
import { readAlertingSettings } from '../../../cli/commands/read-alerting-settings.ts';
import { readArgoCdSettings } from '../../../cli/commands/read-argocd-settings.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
function writeSettings(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'budget-'));
  folders.push(folder);
  mkdirSync(join(folder, 'rules'));
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
}

describe('readAlertingSettings', () => {
  it('reads what is shipped: the quickest critical alert, and the route that it takes', () => {
    expect(readAlertingSettings('gitops/monitoring', 'api-gateway', 'prod')).toMatchObject({
      scrapeSeconds: 10,
      evaluationSeconds: 10,
      alert: 'HighErrorRate',
      forSeconds: 10,
      groupWaitSeconds: 1,
      groupWaitFrom: expect.stringContaining('severity="critical"'),
    });
  });

  it('takes what is left out from above and from the defaults of Prometheus and Alertmanager', () => {
    const folder = writeSettings({
      'prometheus.yaml': 'scrape_configs: [{ job_name: services, scrape_interval: 5s }]',
      'rules/one.rules.yaml': `groups:
        - interval: 20s
          rules:
            - { alert: Foreign, expr: up, labels: { severity: critical, service: other } }
            - { alert: Slow, expr: errors by (service), for: 1m30s, labels: { severity: critical } }
            - { alert: NobodysCertificate, expr: expiry, labels: { severity: critical } }
            - { alert: Harmless, expr: up, labels: { severity: warning } }`,
      'alertmanager.yaml': `route:
        routes:
          - { matchers: ['environment=~"dev|staging"'], group_wait: 2s }
          - { matchers: ['severity!="warning"'], routes: [{ matchers: ['alertname="Slow"'], group_wait: 7s }] }`,
    });
    expect(readAlertingSettings(folder, 'api-gateway', 'prod')).toMatchObject({
      scrapeSeconds: 5,
      evaluationSeconds: 20,
      alert: 'Slow',
      forSeconds: 90,
      groupWaitSeconds: 7,
    });
    expect(readAlertingSettings(folder, 'api-gateway', 'dev').groupWaitSeconds).toBe(2);
    expect(readAlertingSettings(folder, 'other', 'prod')).toMatchObject({ alert: 'Foreign', groupWaitSeconds: 30 });
  });

  it('says when nothing could ever act, and when there is nothing to read', () => {
    const files = { 'prometheus.yaml': '{}', 'alertmanager.yaml': 'route: {}' };
    expect(() => readAlertingSettings(writeSettings(files), 'a', 'b')).toThrow('nothing would ever roll back');
    expect(() => readAlertingSettings('nowhere', 'a', 'b')).toThrow('--monitoring');
  });
});

describe('buildBudget', () => {
  const settings = readAlertingSettings('gitops/monitoring', 'api-gateway', 'prod');
  const argoCd = readArgoCdSettings('gitops/argocd');
  it('adds up and names the largest part', () => {
    const budget = buildBudget(
      'api-gateway',
      'prod',
      settings,
      { count: 3, alertToCommit: 1.5, commitToHealthy: 21 },
      argoCd,
    );
    expect(budget).toMatchObject({ totalSeconds: 63.5, largest: 'rollout and smoke tests' });
    expect(renderBudget(budget)).toContain('api-gateway in prod is back after 63.5 s');
  });

  it('names what it would be without being asked: by the poll that is configured, else by that of Argo CD itself', () => {
    expect(argoCd).toEqual({ pollSeconds: 70, from: 'timeout.reconciliation of settings.yaml' });
    const unknown = { count: 0, alertToCommit: undefined, commitToHealthy: undefined };
    expect(renderBudget(buildBudget('a', 'prod', settings, unknown, argoCd))).toContain('by its own poll up to 70 s');
    expect(readArgoCdSettings('nowhere')).toEqual({ pollSeconds: 180, from: "Argo CD's default" });
    const slow =
      'kind: ConfigMap\nmetadata: { name: argocd-cm }\ndata: { timeout.reconciliation: 10m, timeout.reconciliation.jitter: 0s }';
    const folder = writeSettings({
      'other.yaml': 'kind: Secret',
      'cm.yaml': `kind: ConfigMap\nmetadata: { name: other }\n---\n${slow}`,
    });
    expect(readArgoCdSettings(folder)).toEqual({ pollSeconds: 600, from: 'timeout.reconciliation of cm.yaml' });
  });

  it('says what is not known', () => {
    const unknown = { count: 0, alertToCommit: undefined, commitToHealthy: undefined };
    const budget = buildBudget('api-gateway', 'prod', settings, unknown, argoCd);
    expect(budget.totalSeconds).toBe(41);
    expect(renderBudget(budget)).toContain('after at least 41 s');
    expect(renderBudget(budget)).toContain('not measured yet');
  });
});

it('durations are those of Prometheus', () => {
  expect(['1m30s', '500ms', '1h', '0s', '0'].map(parseDuration)).toEqual([90, 0.5, 3_600, 0, 0]);
  expect(() => parseDuration('soon')).toThrow('1m30s');
});

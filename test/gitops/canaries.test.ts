// The shipped canaries say what the configuration says, and none of them turns Flagger's own brake off.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { readAlertingSettings } from '../../cli/commands/read-alerting-settings.ts';
import { loadConfiguration } from '../../config/load-configuration.ts';

interface Canary {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly targetRef: { readonly name: string };
    readonly service: { readonly port: number };
    readonly analysis: {
      readonly metrics: readonly { name: string; thresholdRange: { min?: number; max?: number } }[];
    };
  };
}

const configuration = loadConfiguration('config/pyairtable.yaml');
const canaries = parseAllDocuments(readFileSync('gitops/canaries/canaries.yaml', 'utf8')).map(
  (document) => document.toJS() as Canary,
);
const { patches } = parse(readFileSync('gitops/canaries/kustomization.yaml', 'utf8')) as {
  patches: { patch: string }[];
};
const operations = parse(patches[0]?.patch ?? '') as { path: string; value: unknown }[];
const readValue = (path: string) => operations.find((operation) => operation.path === path)?.value;

describe('the canaries of gitops', () => {
  const [settings] = Object.values(configuration.environments).filter(({ strategy }) => strategy === 'canary');

  it('are there for every service, on its port', () => {
    const services = Object.entries(configuration.services).map(([name, { port }]) => [name, port]);
    expect(canaries.map(({ spec }) => [spec.targetRef.name, spec.service.port]).toSorted()).toEqual(
      services.toSorted(),
    );
  });

  it.each(canaries.map((canary) => [canary.metadata.name, canary] as const))(
    '%s is held to the success rate and to its own latency',
    (name, { spec }) => {
      const slo = configuration.services[name]?.slo;
      const minimum = Math.min(settings?.canary.successRatePercent ?? 0, slo?.successRatePercent ?? 0);
      expect(spec.analysis.metrics).toMatchObject([
        { name: 'success-rate', thresholdRange: { min: minimum } },
        { name: 'p95-latency', thresholdRange: { max: slo?.p95LatencyMilliseconds } },
      ]);
    },
  );

  it('take the steps, the pace and the threshold of the configuration', () => {
    expect(readValue('/spec/analysis/stepWeights')).toEqual(settings?.canary.stepWeights);
    expect(readValue('/spec/analysis/interval')).toBe(`${settings?.canary.intervalSeconds}s`);
    expect(readValue('/spec/analysis/threshold')).toBe(settings?.canary.threshold);
  });

  it('give the alert about a bad version time to speak before Flagger has had enough looks', () => {
    const { canary } = settings ?? {};
    const { scrapeSeconds, evaluationSeconds, forSeconds, groupWaitSeconds } = readAlertingSettings(
      'gitops/monitoring',
      'api-gateway',
      'prod',
    );
    // A rate needs two scrapes. Flagger takes a version back at the look after the last one that may fail.
    const alertSeconds = 2 * scrapeSeconds + evaluationSeconds + forSeconds + groupWaitSeconds;
    expect(alertSeconds).toBeLessThan((canary?.intervalSeconds ?? 0) * ((canary?.threshold ?? 0) + 1));
    // Of the looks that may fail, those that come too soon for a rate leave some for what is bad.
    expect(canary?.threshold).toBeGreaterThan((2 * scrapeSeconds) / (canary?.intervalSeconds ?? 1));
  });

  it('carry no address of ours and no token: the relay has both', () => {
    const webhooks = readValue('/spec/analysis/webhooks') as { type: string; url: string }[];
    expect(webhooks.map(({ type }) => type)).toEqual(['confirm-rollout', 'confirm-promotion', 'rollback', 'event']);
    for (const { url } of webhooks) expect(new URL(url).host).toBe('automation-relay.flagger-system');
  });
});

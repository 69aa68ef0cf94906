// Flagger's Canary, as far as the controller reads and writes it. https://docs.flagger.app/usage/how-it-works
import type { Condition, KubernetesObject } from '../resources/kubernetes-object.ts';

export type CanaryPhase =
  | 'Initializing'
  | 'Initialized'
  | 'Waiting'
  | 'Progressing'
  | 'WaitingPromotion'
  | 'Promoting'
  | 'Finalising'
  | 'Succeeded'
  | 'Failed';

export type WebhookType =
  | 'rollout'
  | 'confirm-rollout'
  | 'pre-rollout'
  | 'confirm-traffic-increase'
  | 'confirm-promotion'
  | 'post-rollout'
  | 'rollback'
  | 'event';

export interface CanaryWebhook {
  name: string;
  type?: WebhookType;
  url: string;
  timeout?: string;
  metadata?: Record<string, string>;
}

export interface CanaryMetric {
  name: string;
  interval?: string;
  templateRef?: { name: string; namespace?: string };
  thresholdRange?: { min?: number; max?: number };
}

export interface CanaryAnalysis {
  interval?: string;
  threshold?: number;
  maxWeight?: number;
  stepWeight?: number;
  stepWeights?: number[];
  metrics?: CanaryMetric[];
  webhooks?: CanaryWebhook[];
}

export interface CanaryStatus {
  phase?: CanaryPhase;
  failedChecks?: number;
  canaryWeight?: number;
  iterations?: number;
  lastAppliedSpec?: string;
  lastPromotedSpec?: string;
  lastTransitionTime?: string;
  conditions?: Condition[];
}

export interface Canary extends KubernetesObject {
  spec: {
    provider?: string;
    targetRef: { apiVersion?: string; kind: string; name: string };
    service: {
      name?: string;
      port: number;
      targetPort?: number | string;
      /** Whether the Services have the target's other ports too. */
      portDiscovery?: boolean;
      hosts?: string[];
      gatewayRefs?: object[];
      apex?: { annotations?: Record<string, string>; labels?: Record<string, string> };
    };
    analysis?: CanaryAnalysis;
    progressDeadlineSeconds?: number;
    skipAnalysis?: boolean;
    suspend?: boolean;
  };
  status?: CanaryStatus;
}

/** Phases in which Flagger goes on at each look, whatever the target says. */
export const phasesUnderWay: readonly (CanaryPhase | undefined)[] = [
  'Progressing',
  'Waiting',
  'WaitingPromotion',
  'Promoting',
  'Finalising',
];

/** Failed checks after which it is given up; 0 and less count as 1. */
export function thresholdOf({ spec }: Canary): number {
  const threshold = spec.analysis?.threshold ?? 0;
  return threshold > 0 ? threshold : 1;
}

/** Milliseconds between two looks: a minute unless told otherwise, ten seconds at least. */
export function intervalOf({ spec }: Canary): number {
  return Math.max(parseGoDuration(spec.analysis?.interval) ?? 60_000, 10_000);
}

/** Of Go's durations those with one unit. */
export function parseGoDuration(text: string | undefined): number | undefined {
  const [, value, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text ?? '') ?? [];
  const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  return value === undefined ? undefined : Number(value) * (milliseconds[unit] ?? 0);
}

/** The share at which it is promoted. */
export function maximumWeightOf({ spec }: Canary): number {
  const { stepWeights = [], maxWeight } = spec.analysis ?? {};
  return Math.min(100, stepWeights.at(-1) ?? maxWeight ?? 100);
}

/** The share after `weight`. */
export function nextWeightOf({ spec }: Canary, weight: number): number {
  const { stepWeights = [], stepWeight = 0 } = spec.analysis ?? {};
  if (stepWeight > 0 || stepWeights.length === 0) return Math.min(100, weight + stepWeight);
  if (weight === 0) return Math.min(100, stepWeights[0] ?? 100);
  const at = stepWeights.indexOf(weight);
  return Math.min(100, (at === -1 ? undefined : stepWeights[at + 1]) ?? 100);
}

/** Flagger skips the analysis when it is told to, and when there is none. */
export function skipsAnalysis({ spec }: Canary): boolean {
  return spec.analysis === undefined || spec.skipAnalysis === true;
}

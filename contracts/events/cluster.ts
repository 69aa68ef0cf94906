// What the controllers in the clusters tell us by themselves: Argo CD of its Applications, Flagger of its Canaries.
import * as z from 'zod/mini';
import { metadataSchema } from './metadata.ts';

export const argoCdSource = 'argocd';
export const flaggerSource = 'flagger';

/** Argo CD's catalogue of triggers without their `on-`. @see https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/catalog/ */
export const applicationEventTypes = [
  'application.deployed',
  'application.health-degraded',
  'application.sync-failed',
  'application.sync-running',
  'application.sync-status-unknown',
  'application.sync-succeeded',
] as const;
export type ApplicationEventType = (typeof applicationEventTypes)[number];

export const canaryEventType = 'canary.event';

export const applicationDetailSchema = z.object({
  metadata: metadataSchema,
  application: z.object({
    name: z.string(),
    revision: z.optional(z.string()),
    sync: z.optional(z.string()),
    health: z.optional(z.string()),
    phase: z.optional(z.string()),
  }),
  /** Environments whose Application it is. */
  environments: z.array(z.string()),
  reason: z.string(),
});
export type ApplicationDetail = z.infer<typeof applicationDetailSchema>;

export const canaryDetailSchema = z.object({
  metadata: metadataSchema,
  canary: z.object({ name: z.string(), namespace: z.string(), phase: z.string() }),
  environment: z.string(),
  service: z.string(),
  /** As Kubernetes types events: `Warning` when Flagger did not go on. */
  type: z.enum(['Normal', 'Warning']),
  /** In Flagger's own words. */
  reason: z.string(),
});
export type CanaryDetail = z.infer<typeof canaryDetailSchema>;

/** Whatever says that something has changed in a cluster: those who wait for it look again. */
export const clusterNewsPattern = { source: [argoCdSource, flaggerSource] };

export const applicationDeployedExample: ApplicationDetail = {
  metadata: {
    eventId: 'argocd-pyairtable-dev-application.deployed-4f0cc0f-2026-11-23T20:05:31Z',
    correlationId: 'argocd-pyairtable-dev-4f0cc0f',
    occurredAt: '2026-11-23T20:05:31.000Z',
    actor: 'argocd',
  },
  application: { name: 'pyairtable-dev', revision: '4f0cc0f', sync: 'Synced', health: 'Healthy', phase: 'Succeeded' },
  environments: ['dev'],
  reason: 'pyairtable-dev is Synced, Healthy at 4f0cc0f',
};

export const canaryHaltedExample: CanaryDetail = {
  metadata: {
    eventId: 'flagger-pyairtable-prod-api-gateway-1764101131000-5f1c',
    correlationId: 'canary-pyairtable-prod-api-gateway-7d4b9c',
    occurredAt: '2026-11-23T20:05:31.000Z',
    actor: 'flagger',
  },
  canary: { name: 'api-gateway', namespace: 'pyairtable-prod', phase: 'Progressing' },
  environment: 'prod',
  service: 'api-gateway',
  type: 'Warning',
  reason: 'Halt api-gateway.pyairtable-prod advancement success-rate 70.00 < 99',
};

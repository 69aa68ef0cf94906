// From what Argo CD's notifications post to an event on the bus. The body's form is ours: gitops/argocd/notifications.yaml.
import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { Configuration } from '../../config/schema.ts';
import { type ApplicationDetail, type ApplicationEventType, argoCdSource } from '../../contracts/events/cluster.ts';
import { AppError } from '../app-error.ts';
import type { BusEvent } from './build-github-event.ts';
import { parsePayload } from './parse-payload.ts';

/** What Go's templates write for a field that is not there. */
const missing = '<no value>';
const text = z.optional(
  z.pipe(
    z.string().check(z.maxLength(500)),
    z.transform((value) => (value === missing ? '' : value)),
  ),
);

const notificationSchema = z.object({
  application: z.string().check(z.minLength(1), z.maxLength(253)),
  destinationNamespace: text,
  revision: text,
  sync: text,
  health: text,
  phase: text,
  startedAt: text,
});

/** The event and its id, which is the same however often Argo CD sends it. @throws AppError `InvalidInputError` for what is not of our template. */
export function buildApplicationEvent(
  configuration: Configuration,
  body: Uint8Array,
  receivedAt: string,
): { readonly eventId: string; readonly event: BusEvent } {
  const parsed = notificationSchema.safeParse(parsePayload(body, 'application/json'));
  if (!parsed.success) {
    const message = 'the notification is not of our template: apply gitops/argocd/notifications.yaml';
    throw new AppError('InvalidInputError', message);
  }
  const { application: name, destinationNamespace, revision, sync, health, phase, startedAt } = parsed.data;
  const type = findType(phase, sync, health);
  const environments = Object.entries(configuration.environments)
    .filter(([, { argoApplication, namespace }]) => argoApplication === name && isOf(namespace, destinationNamespace))
    .map(([environment]) => environment);
  const state = JSON.stringify([name, destinationNamespace, type, revision, sync, health, phase, startedAt]);
  const eventId = `argocd-${name}-${createHash('sha256').update(state).digest('hex').slice(0, 24)}`;
  const detail: ApplicationDetail = {
    metadata: {
      eventId,
      correlationId: `argocd-${name}-${revision ?? 'none'}`,
      occurredAt: receivedAt,
      actor: argoCdSource,
    },
    application: {
      name,
      ...(revision ? { revision } : {}),
      ...(sync ? { sync } : {}),
      ...(health ? { health } : {}),
      ...(phase ? { phase } : {}),
    },
    environments,
    reason: `${name} is ${sync || 'of unknown sync'}, ${health || 'of unknown health'} at ${revision?.slice(0, 7) || 'no revision'}`,
  };
  return { eventId, event: { source: argoCdSource, detailType: type, detail } };
}

/** As in Argo CD's catalogue; the template cannot say which trigger fired. */
function findType(phase = '', sync = '', health = ''): ApplicationEventType {
  if (phase === 'Failed' || phase === 'Error') return 'application.sync-failed';
  if (phase === 'Running') return 'application.sync-running';
  if (health === 'Degraded') return 'application.health-degraded';
  if (sync === 'Unknown') return 'application.sync-status-unknown';
  return phase === 'Succeeded' && health === 'Healthy' ? 'application.deployed' : 'application.sync-succeeded';
}

/** Clusters may call their Applications alike; then the namespace that they deploy to tells them apart. */
function isOf(namespace: string, destination: string | undefined): boolean {
  return destination === undefined || destination === '' || destination === namespace;
}

// What starts a rollback, in one form: an alert, a promotion that did not become healthy, or a person.
import * as z from 'zod/mini';
import type { Configuration } from '../../config/schema.ts';
import { alertDetailSchema, alertEventId, alertSource } from '../../contracts/events/alert.ts';
import { promotionDetailSchema, promotionSource } from '../../contracts/events/promotion.ts';
import type { RollbackEvent, RollbackRequest } from '../../contracts/workflows/rollback-release.ts';
import { AppError } from '../app-error.ts';
import { attributeAlert } from './attribute-alert.ts';
import type { RollbackCause } from './rollback-facts.ts';

export interface CauseOfRollback {
  /** Undefined when a person asks: nobody needs to be asked then. */
  readonly automatic: RollbackCause | undefined;
  readonly environment: string | undefined;
  /** Empty when the cause names none. */
  readonly services: readonly string[];
  /** What an alert names that we do not deploy. */
  readonly foreignService?: string | undefined;
  /** The version that a person asks for. */
  readonly to: string | undefined;
  readonly actor: string;
  readonly words: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly alertResolvedEventId: string | undefined;
}

/** @throws AppError `InvalidInputError` when there is no cause, or one of another kind. */
export function readCause(
  configuration: Configuration,
  input: { readonly event?: RollbackEvent | undefined; readonly request?: RollbackRequest | undefined },
  rollbackId: string,
): CauseOfRollback {
  const { event, request } = input;
  if (request !== undefined) return readRequest(request, rollbackId);
  if (event?.source === alertSource) return readAlert(configuration, event);
  if (event?.source === promotionSource) return readFailedPromotion(event);
  const got = event === undefined ? 'nothing' : `${event['detail-type']} of ${event.source}`;
  throw new AppError('InvalidInputError', `got ${got}: rollbacks start on alert.firing, PromotionFailed or a request`);
}

function readRequest(
  { service, environment, to, actor, reason }: RollbackRequest,
  rollbackId: string,
): CauseOfRollback {
  return {
    automatic: undefined,
    environment,
    services: [service],
    to,
    actor,
    words: reason,
    correlationId: rollbackId,
    causationId: rollbackId,
    alertResolvedEventId: undefined,
  };
}

function readAlert(configuration: Configuration, { detail }: RollbackEvent): CauseOfRollback {
  const { alert, metadata, reason } = parse(alertDetailSchema, detail);
  const { service, foreignService, environment } = attributeAlert(configuration, alert.labels);
  return {
    automatic: {
      kind: 'alert',
      name: alert.labels.alertname ?? 'an alert without a name',
      startsAt: alert.startsAt,
      severity: alert.labels.severity,
      fingerprint: alert.fingerprint,
    },
    environment,
    services: service === undefined ? [] : [service],
    foreignService,
    to: undefined,
    actor: metadata.actor,
    words: reason,
    correlationId: metadata.correlationId,
    causationId: metadata.eventId,
    alertResolvedEventId: alertEventId(alert, 'resolved'),
  };
}

function readFailedPromotion({ detail }: RollbackEvent): CauseOfRollback {
  const { promotion, metadata, reason, failure } = parse(promotionDetailSchema, detail);
  const isHeld = failure?.error === 'CanaryHeld';
  return {
    automatic: { kind: 'failed-promotion', promotionId: promotion.promotionId, ...(isHeld ? { isHeld } : {}) },
    environment: promotion.environment,
    services: promotion.services,
    to: undefined,
    actor: metadata.actor,
    words: reason,
    correlationId: metadata.correlationId,
    causationId: metadata.eventId,
    alertResolvedEventId: undefined,
  };
}

function parse<Schema extends z.ZodMiniType>(schema: Schema, detail: unknown): z.output<Schema> {
  const parsed = schema.safeParse(detail);
  if (parsed.success) return parsed.data;
  throw new AppError('InvalidInputError', `the event is not as agreed: ${z.prettifyError(parsed.error)}`);
}

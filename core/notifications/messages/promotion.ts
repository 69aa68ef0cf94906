// What people are told of a promotion.
import {
  type PromotionEventType,
  promotionDetailSchema,
  promotionEventTypes,
  promotionSource,
} from '../../../contracts/events/promotion.ts';
import type { Announcement } from '../../../contracts/notifications.ts';
import { defineMessages } from '../define-messages.ts';
import { findCommit } from '../find-commit.ts';

const words: Readonly<
  Record<PromotionEventType, Pick<Announcement, 'mark' | 'severity' | 'closes'> & { readonly verb: string }>
> = {
  PromotionStarted: { mark: 'running', verb: 'is being promoted to', severity: 'info', closes: false },
  PromotionWaiting: { mark: 'soon', verb: 'waits on its way to', severity: 'info', closes: false },
  PromotionSucceeded: { mark: 'success', verb: 'now runs in', severity: 'info', closes: true },
  PromotionFailed: { mark: 'failure', verb: 'could not be promoted to', severity: 'warning', closes: true },
  PromotionRefused: { mark: 'refused', verb: 'may not be promoted to', severity: 'warning', closes: true },
  PromotionSuperseded: { mark: 'overtaken', verb: 'was overtaken on its way to', severity: 'info', closes: true },
};

export const promotionMessages = defineMessages({
  source: promotionSource,
  types: promotionEventTypes,
  schema: promotionDetailSchema,
  build(type, { promotion, reason, revision, url, metadata }) {
    const { verb, ...looks } = words[type];
    const { environment, services, version, commit } = promotion;
    const about = services.length === 0 ? version : services.join(', ');
    return {
      subject: `promotion/${promotion.promotionId}`,
      family: 'promotion',
      environment,
      rank: looks.closes ? 9 : 0,
      ...looks,
      headline: `${about} ${verb} ${environment}`,
      reason,
      facts: [
        { label: 'version', value: version, code: true },
        { label: 'by', value: metadata.actor },
      ],
      details: looks.closes
        ? [
            { label: 'commit', value: commit, code: true },
            ...(revision === undefined ? [] : [{ label: 'GitOps commit', value: revision, code: true }]),
            { label: 'execution', value: promotion.executionArn, code: true },
          ]
        : [],
      ...(url !== undefined && { url }),
      release: metadata.correlationId,
      ...findCommit(metadata.correlationId),
    };
  },
});

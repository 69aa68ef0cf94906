// What people are told of a rollback: what goes back, why, or why nothing does.
import {
  type RollbackDetail,
  type RollbackEventType,
  rollbackDetailSchema,
  rollbackEventTypes,
  rollbackSource,
} from '../../../contracts/events/rollback.ts';
import type { Announcement } from '../../../contracts/notifications.ts';
import { defineMessages } from '../define-messages.ts';
import { findCommit } from '../find-commit.ts';

type Looks = Pick<Announcement, 'mark' | 'severity' | 'closes' | 'rank' | 'inHand'> & { readonly verb: string };
type Outcome = RollbackDetail['decision']['outcome'];

/** What a decision says; only one to act has something follow. */
const decided: Readonly<Record<Outcome, Looks>> = {
  acted: {
    mark: 'undo',
    verb: 'is being rolled back in',
    severity: 'warning',
    closes: false,
    rank: 0,
    inHand: true,
  },
  deferred: {
    mark: 'question',
    verb: 'needs somebody to decide on a rollback in',
    severity: 'critical',
    closes: true,
    rank: 0,
  },
  refused: { mark: 'siren', verb: 'is not rolled back in', severity: 'critical', closes: true, rank: 0 },
  suppressed: { mark: 'note', verb: 'stays as it is in', severity: 'info', closes: true, rank: 0 },
};

const ended: Readonly<Record<Exclude<RollbackEventType, 'RollbackDecided'>, Looks>> = {
  RollbackCircuitOpened: {
    mark: 'siren',
    verb: 'is not taken back by itself any more in',
    severity: 'critical',
    closes: true,
    rank: 1,
  },
  BreakGlassUsed: {
    mark: 'siren',
    verb: 'was pinned past Git, which cannot be reached, in',
    severity: 'critical',
    closes: false,
    rank: 0,
  },
  BreakGlassReconciled: { mark: 'success', verb: 'is in Git as it runs in', severity: 'info', closes: true, rank: 9 },
  RollbackSucceeded: { mark: 'success', verb: 'was rolled back in', severity: 'warning', closes: true, rank: 8 },
  RollbackFailed: { mark: 'siren', verb: 'could not be rolled back in', severity: 'critical', closes: true, rank: 8 },
  RollbackDidNotHelp: {
    mark: 'siren',
    verb: 'was rolled back to no avail in',
    severity: 'critical',
    closes: true,
    rank: 9,
  },
};

export const rollbackMessages = defineMessages({
  source: rollbackSource,
  types: rollbackEventTypes,
  schema: rollbackDetailSchema,
  build(type, { rollback, decision, reason, circuit, revision, url, metadata }) {
    const { verb, ...looks } = type === 'RollbackDecided' ? decided[decision.outcome] : ended[type];
    const { environment, from, to } = rollback;
    const services = rollback.services.length === 0 ? 'a service' : rollback.services.join(', ');
    return {
      // What runs past Git is a subject of its own: it goes on when the rollback has ended.
      subject: `rollback/${rollback.rollbackId}${type.startsWith('BreakGlass') ? '/past-git' : ''}`,
      family: 'rollback',
      environment,
      ...looks,
      headline: `${services} ${verb} ${environment}`,
      reason,
      facts: [
        ...(from.length === 0 ? [] : [{ label: 'from', value: from.join(', '), code: true }]),
        ...(to.length === 0 ? [] : [{ label: 'to', value: to.join(', '), code: true }]),
        { label: 'rule', value: decision.rule, code: true },
        { label: 'by', value: metadata.actor },
      ],
      details: [
        ...(circuit === undefined ? [] : [{ label: 'circuit', value: circuit, code: true }]),
        ...(revision === undefined ? [] : [{ label: 'GitOps commit', value: revision, code: true }]),
        { label: 'execution', value: rollback.executionArn, code: true },
      ],
      ...(url !== undefined && { url }),
      release: metadata.correlationId,
      ...findCommit(metadata.correlationId),
    };
  },
});

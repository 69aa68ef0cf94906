// Writes how far a move of an environment is, and tells people.
import type { RecoveryDetail, RecoveryEventType } from '../../contracts/events/recovery.ts';
import { recoverySource } from '../../contracts/events/recovery.ts';
import {
  type FailOverRecord,
  type FailOverStage,
  failOverKeys,
  failOverKinds,
} from '../../contracts/ledger/fail-overs.ts';
import type { FailOverPlan, FailOverRequest } from '../../contracts/workflows/fail-over.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';

const events = {
  started: 'FailOverStarted',
  completed: 'FailOverCompleted',
  undone: 'FailOverUndone',
  refused: 'FailOverRefused',
  stuck: 'FailOverStuck',
} as const satisfies Record<FailOverStage, RecoveryEventType>;

export interface FailOverSettlement {
  readonly region: string;
  put(record: FailOverRecord): Promise<void>;
  readonly publisher: EventPublisher;
  now(): string;
}

/** Repeating it writes the same. */
export async function settleFailOver(
  { region, put, publisher, now }: FailOverSettlement,
  end: {
    readonly request: FailOverRequest;
    readonly plan?: FailOverPlan | undefined;
    readonly planHash: string;
    readonly failOverId: string;
    readonly stage: FailOverStage;
    readonly reason: string;
    readonly startedAt: string;
    readonly executionArn: string;
  },
): Promise<{ reason: string }> {
  const { request, plan, planHash, failOverId, stage, reason, startedAt, executionArn } = end;
  const { environment, to, actor } = request;
  const at = now();
  await put({
    ...failOverKeys.failOver(failOverId),
    ...{ kind: failOverKinds.failOver, sortKey: `${startedAt}#${failOverId}`, failOverId, environment, to },
    ...{ status: stage, planHash, actor, reason, startedAt, executionArn },
    recoveredTo: (plan?.databases ?? []).flatMap(({ database, takenAt }) =>
      takenAt === undefined ? [] : [{ database, takenAt }],
    ),
    ...(stage === 'started' ? {} : { finishedAt: at }),
  });
  const detail: RecoveryDetail = {
    metadata: {
      ...{ eventId: `${failOverId}-${stage}`, correlationId: `fail-over/${failOverId}`, occurredAt: at, actor },
    },
    recovery: { id: failOverId, environments: [environment], region, executionArn, to },
    reason: stage === 'started' ? `${request.reason}; ${plan?.loss ?? ''}` : reason,
    lines: stage === 'started' ? (plan?.steps ?? []) : [],
  };
  await publisher.publish({ source: recoverySource, detailType: events[stage], detail });
  return { reason };
}

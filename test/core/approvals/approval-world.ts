// An approval store in memory, with what was told and published; conditional writes as the ledger makes them.
import type { ApprovalRecord } from '../../../contracts/ledger/approvals.ts';
import type { ApprovalRequest } from '../../../contracts/workflows/approval.ts';
import type { ApprovalPorts } from '../../../core/approvals/approval-ports.ts';

export const requestedAt = '2026-11-23T20:00:00.000Z';

export function buildApprovalRequest(overrides: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    taskToken: 'token-1',
    approvalId: 'promotion-1',
    subject: {
      kind: 'promotion',
      id: 'promotion-1',
      environment: 'prod',
      title: 'promote api-gateway to prod',
      summary: ['api-gateway: sha-a'],
      commit: 'a'.repeat(40),
    },
    planHash: 'plan-1',
    requestedBy: 'ada',
    requestedAt,
    timeoutSeconds: 3_600,
    executionArn: 'arn:aws:states:eu-central-1:111122223333:execution:promote-release:one',
    correlationId: 'chain',
    causationId: 'cause',
    ...overrides,
  };
}

export interface ApprovalWorld {
  readonly ports: ApprovalPorts;
  readonly told: {
    readonly taskToken: string;
    readonly result: { readonly outcome: string; readonly reason: string };
  }[];
  readonly events: { readonly type: string; readonly eventId: string; readonly reason: string }[];
  record(): ApprovalRecord;
}

/** `pause` lets a test order what happens at once. */
export function createApprovalWorld(pause: () => Promise<unknown> = async () => undefined): ApprovalWorld {
  const records = new Map<string, ApprovalRecord>();
  const told: ApprovalWorld['told'] = [];
  const events: ApprovalWorld['events'] = [];
  return {
    told,
    events,
    record() {
      const [record] = records.values();
      if (record === undefined) throw new Error('nothing was asked');
      return record;
    },
    ports: {
      approvals: {
        async find(approvalId) {
          await pause();
          return records.get(approvalId);
        },
        listPending: async () => [...records.values()].filter(({ status }) => status === 'pending'),
        async open(record) {
          await pause();
          const known = records.get(record.approvalId);
          if (known === undefined) records.set(record.approvalId, record);
          return known;
        },
        async update(record) {
          await pause();
          if (records.get(record.approvalId)?.version !== record.version - 1) return false;
          records.set(record.approvalId, record);
          return true;
        },
      },
      tokens: {
        succeed: async (taskToken, result) =>
          void told.push({ taskToken, result: result as { outcome: string; reason: string } }),
      },
      publisher: {
        async publish({ detailType, detail }) {
          const { metadata, reason } = detail as { metadata: { eventId: string }; reason: string };
          events.push({ type: detailType, eventId: metadata.eventId, reason });
        },
      },
    },
  };
}

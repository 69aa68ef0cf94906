// Ends what an execution has asked people for, when that execution ends without an answer: nobody waits for one any more.
import type { ApprovalRecord } from '../../contracts/ledger/approvals.ts';
import { ledgerKind } from '../../contracts/ledger.ts';
import { AppError } from '../app-error.ts';
import { announceApproval } from './announce-approval.ts';
import type { ApprovalPorts } from './approval-ports.ts';

/** How Step Functions calls the end of an execution that could not end by itself. */
export type CutOffStatus = 'ABORTED' | 'TIMED_OUT' | 'FAILED';

const words: Readonly<Record<CutOffStatus, string>> = {
  ABORTED: 'was aborted',
  TIMED_OUT: 'ran out of time',
  FAILED: 'has failed',
};
const maximumRaces = 10;

/** Returns the ids of those that it has ended. What has an answer, and what nothing waits for, such as an override, stays. */
export async function withdrawApprovals(
  { approvals, publisher }: Pick<ApprovalPorts, 'approvals' | 'publisher'>,
  ended: { readonly executionArn: string; readonly status: CutOffStatus; readonly at: string },
): Promise<string[]> {
  const waiting = (await approvals.listPending()).filter(
    ({ executionArn, taskToken }) => executionArn === ended.executionArn && taskToken !== undefined,
  );
  const reason = `the execution that asked for it ${words[ended.status]}: no answer has an effect any more`;
  for (const { approvalId } of waiting) await withdraw(approvalId);
  return waiting.map(({ approvalId }) => approvalId);

  async function withdraw(approvalId: string): Promise<void> {
    for (let race = 0; race < maximumRaces; race += 1) {
      const record = await approvals.find(approvalId);
      if (record?.status !== 'pending') return;
      const closedAt = ended.at;
      const closed: ApprovalRecord = {
        ...record,
        ...{ status: 'withdrawn', kind: ledgerKind.closedApproval, closedAt, version: record.version + 1 },
      };
      // Told first: were it interrupted in between, the next try would find nothing that waits, and the buttons would stay.
      await announceApproval(publisher, 'ApprovalWithdrawn', closed, {
        ...{ reason, actor: closed.requestedBy, occurredAt: closedAt },
      });
      if (await approvals.update(closed)) return;
    }
    throw new AppError('ThrottledError', `approval ${approvalId} is being decided: it will be tried again`);
  }
}

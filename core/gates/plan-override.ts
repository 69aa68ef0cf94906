// From a person's wish to overrule gates to what two others are asked.
import { type OverridableGate, overridableGates } from '../../config/gate-names.ts';
import type { Configuration } from '../../config/schema.ts';
import type { GateOverrideRecord } from '../../contracts/ledger/freezes.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { OverrideRequest } from '../../contracts/workflows/override.ts';
import { AppError } from '../app-error.ts';
import { findApprovalPolicy, type RequiredApproval } from '../approvals/find-approval-policy.ts';
import type { RequestedApproval } from '../approvals/request-approval.ts';
import { formatTime } from '../clock.ts';
import { getEnvironment, getService } from '../configuration/get-configured.ts';
import { hashOverride, overrideQuorum } from './override.ts';

export interface PlannedOverride {
  readonly record: GateOverrideRecord;
  readonly approval: RequestedApproval;
  readonly policy: RequiredApproval;
}

/** @throws AppError `NotFoundError` or `InvalidInputError` saying what is allowed. */
export function planOverride(configuration: Configuration, request: OverrideRequest): PlannedOverride {
  const { environment, service, reason, requestedBy, requestedAt, overrideId } = request;
  getEnvironment(configuration, environment);
  getService(configuration, service);
  const unknown = request.gates.filter((gate) => !(overridableGates as readonly string[]).includes(gate));
  if (unknown.length > 0) {
    throw new AppError(
      'InvalidInputError',
      `${unknown.join(', ')} cannot be overruled, these can: ${overridableGates.join(', ')}`,
    );
  }
  const configured = findApprovalPolicy(configuration, 'override', environment);
  if (configured === undefined) {
    throw new AppError('InvalidInputError', 'nobody may overrule gates: say who in approvals.policies.override');
  }
  const gates = [...new Set(request.gates)].toSorted() as OverridableGate[];
  const validUntil = formatTime(Date.parse(requestedAt) + request.minutes * 60_000);
  const approvalId = `override-${overrideId}`;
  const plan = { environment, service, gates, reason, validUntil };
  return {
    policy: { ...configured, quorum: Math.max(configured.quorum, overrideQuorum) },
    record: {
      ...ledgerKey.gateOverride(environment, validUntil, approvalId),
      kind: ledgerKind.gateOverride,
      sortKey: `${validUntil}#${approvalId}`,
      approvalId,
      ...plan,
      requestedBy,
      requestedAt,
    },
    approval: {
      approvalId,
      subject: {
        kind: 'override',
        id: approvalId,
        environment,
        title: `overrule ${gates.join(', ')} for ${service} in ${environment}`,
        summary: [`until ${validUntil}`, `because: ${reason}`],
      },
      planHash: hashOverride(plan),
      requestedBy,
      requestedAt,
      timeoutSeconds: request.minutes * 60,
      executionArn: 'none',
      correlationId: approvalId,
      causationId: approvalId,
    },
  };
}

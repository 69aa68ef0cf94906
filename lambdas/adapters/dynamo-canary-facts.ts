// What the ledger knows of a canary when Flagger asks, and what people ask of one.
import { canaryRollbackRecord } from '../../contracts/ledger/canaries.ts';
import { circuitRecord, circuitScope, wholeCircuit } from '../../contracts/ledger/circuits.ts';
import { rolloutRecord } from '../../contracts/ledger/deployments.ts';
import { leaseRecord } from '../../contracts/ledger/leases.ts';
import { quarantineRecord } from '../../contracts/ledger/rollbacks.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { type Clock, formatTime } from '../../core/clock.ts';
import type { CanaryFacts } from '../../core/promotion/strategies/decide-canary-gate.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

/** Longer than any canary may take. */
const requestSeconds = 86_400;

export async function readCanaryFacts(
  ledger: DynamoLedger,
  environment: string,
  service: string,
  now: string,
): Promise<CanaryFacts> {
  const [rollout, lease, rollbackRequest, whole, own] = await Promise.all([
    ledger.find(rolloutRecord, ledgerKey.rollout(environment, service)),
    ledger.find(leaseRecord, ledgerKey.lease(environment, service)),
    ledger.find(canaryRollbackRecord, ledgerKey.canaryRollback(environment, service)),
    ledger.find(circuitRecord, ledgerKey.circuit(wholeCircuit)),
    ledger.find(circuitRecord, ledgerKey.circuit(circuitScope(environment, service))),
  ]);
  const quarantine =
    rollout === undefined
      ? undefined
      : await ledger.find(quarantineRecord, ledgerKey.quarantine(service, rollout.digest));
  return {
    now,
    rollout,
    lease,
    rollbackRequest,
    quarantinedBecause: quarantine?.reason,
    circuitOpenBecause: [whole, own].find((circuit) => circuit?.status === 'open')?.reason,
  };
}

/** Remembered for Flagger's next question. */
export async function putCanaryRollback(
  ledger: DynamoLedger,
  clock: Clock,
  {
    environment,
    service,
    ...request
  }: {
    readonly environment: string;
    readonly service: string;
    readonly digest: string;
    readonly actor: string;
    readonly reason: string;
  },
): Promise<void> {
  await ledger.put({
    ...ledgerKey.canaryRollback(environment, service),
    ...request,
    requestedAt: formatTime(clock.now()),
    expiresAt: Math.floor(clock.now() / 1000) + requestSeconds,
  });
}

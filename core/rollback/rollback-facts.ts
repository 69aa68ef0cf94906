// What a decision on a rollback is made of, and what it says.
import type { DecisionRecord } from '../../contracts/ledger/decisions.ts';
import type { DeployedChange } from './deployed-change.ts';

export interface RollbackPolicy {
  readonly enabled: boolean;
  readonly bakeMinutes: number;
  readonly maximumPerServicePerDay: number;
  readonly maximumInAllPerHour: number;
  /** So long after a rollback other alerts still belong to what it ended: their windows look back. */
  readonly coolingMinutes: number;
}

/** What speaks against a release. */
export type RollbackCause =
  | {
      readonly kind: 'alert';
      readonly name: string;
      readonly startsAt: string;
      readonly severity: string | undefined;
      /** The same alert has the same one for ever. */
      readonly fingerprint: string;
    }
  | {
      readonly kind: 'failed-promotion';
      readonly promotionId: string;
      /** It stood at a closed gate until its time was over: nothing says that it is bad. */
      readonly isHeld?: boolean;
    };

/** An automatic rollback that was begun; all of the last 24 hours are known. */
export interface AutomaticRollback {
  readonly rollbackId: string;
  readonly environment: string;
  readonly service: string;
  /** The change that was taken back. */
  readonly blamedPromotionId: string;
  readonly at: string;
  /** Of the alert behind it, where there was one. */
  readonly fingerprint?: string | undefined;
}

/** Where automatic rollbacks have stopped until a person closes the circuit. */
export interface OpenCircuit {
  readonly scope: string;
  readonly rule: string;
  readonly openedAt: string;
  readonly rollbackId: string;
}

export interface RollbackFacts {
  readonly rollbackId: string;
  readonly environment: string;
  readonly service: string;
  readonly cause: RollbackCause;
  /** Whether the alert is over already. */
  readonly isAlertResolved: boolean;
  /** Of the service in the environment, oldest first. */
  readonly changes: readonly DeployedChange[];
  /** Of all services and environments. */
  readonly automaticRollbacks: readonly AutomaticRollback[];
  /** Those that hold for the service in the environment. */
  readonly openCircuits: readonly OpenCircuit[];
  readonly now: string;
}

export interface RollbackDecision {
  /** `acted`: take `blamed` back. `suppressed`: nothing to do. `deferred`: people are to decide. `refused`: a limit says no. */
  readonly outcome: DecisionRecord['outcome'];
  readonly rule: string;
  readonly words: string;
  readonly suspects: readonly DeployedChange[];
  readonly blamed?: DeployedChange;
  /** The circuit that this opens: a limit was reached, and people take over. */
  readonly trips?: string;
}

// What planning a rollback asks of the world.
import type { DeploymentRecord, RolloutRecord } from '../../contracts/ledger/deployments.ts';
import type { ImageRegistry } from '../promotion/resolve-images.ts';
import type { DeployedChange } from './deployed-change.ts';
import type { OpenCircuit } from './rollback-facts.ts';

/** Why the version cannot run against the database, in words; undefined when it can. Does not throw. */
export type SchemaCheck = (target: DeployedChange, later: readonly DeployedChange[]) => Promise<string | undefined>;

/** Whether the alert has said that it is over. */
export type IsAlertResolved = (resolvedEventId: string) => Promise<boolean>;

export interface RollbackPlanningPorts {
  readonly history: {
    /** Newest first. */
    listDeployments(environment: string, service: string): Promise<readonly DeploymentRecord[]>;
    findRollout(environment: string, service: string): Promise<RolloutRecord | undefined>;
    /** Of the service in the environment, and of everything together. */
    listOpenCircuits(environment: string, service: string): Promise<readonly OpenCircuit[]>;
  };
  readonly isAlertResolved: IsAlertResolved;
  readonly registry: ImageRegistry;
  /** By digest: why the service must not run it. */
  listQuarantines(service: string): Promise<Readonly<Record<string, string>>>;
  /** Whether a version fits the database as later ones have left it; where nothing knows, nothing is asked. */
  readonly findSchemaProblem?: SchemaCheck | undefined;
}

/** Whose rollback it is and when it was started. */
export interface RollbackContext {
  readonly promotionId: string;
  readonly executionArn: string;
  readonly startedAt: string;
}

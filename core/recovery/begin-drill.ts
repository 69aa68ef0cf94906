// Begins a drill: takes the right to run one, and writes down what can be left behind before any of it is made.
import type { Configuration } from '../../config/schema.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { RecoveryDrillRecord, RecoveryDrillRunRecord } from '../../contracts/ledger/recovery-drills.ts';
import type { DrillPlan, DrillRequest } from '../../contracts/workflows/recovery-drill.ts';
import { buildDrillRecord, planDrill } from './plan-drill.ts';

export interface DrillStore {
  /** Takes the right to run a drill when it is free, ours or held by `deadHolder`; else answers who has it. */
  claim(
    run: Pick<RecoveryDrillRunRecord, 'drillId' | 'executionArn'>,
    deadHolder: string | undefined,
  ): Promise<RecoveryDrillRunRecord | undefined>;
  release(executionArn: string): Promise<void>;
  find(drillId: string): Promise<RecoveryDrillRecord | undefined>;
  list(): Promise<readonly RecoveryDrillRecord[]>;
  put(record: RecoveryDrillRecord): Promise<void>;
}

export type BegunDrill =
  | { readonly outcome: 'planned'; readonly reason: string; readonly plan: DrillPlan }
  | { readonly outcome: 'busy'; readonly reason: string; readonly holder: string };

/** Repeating it begins the same drill. */
export async function beginDrill(
  configuration: Configuration,
  store: DrillStore,
  listBackups: (environment: string) => Promise<readonly BackupRecord[]>,
  input: {
    readonly request?: DrillRequest | undefined;
    readonly startedAt: string;
    readonly executionArn: string;
    readonly deadHolder?: string | undefined;
  },
): Promise<BegunDrill> {
  const { request = {}, startedAt, executionArn, deadHolder } = input;
  const environments = Object.keys(configuration.recovery.environments);
  const backups = (await Promise.all(environments.map(listBackups))).flat();
  const drills = await store.list();
  const unfinished = drills
    .filter((drill) => drill.status === 'running' && drill.executionArn !== executionArn)
    .map(({ drillId }) => drillId);
  const plan = planDrill(configuration, request, { startedAt, backups, unfinished });
  const holder = await store.claim({ drillId: plan.drillId, executionArn }, deadHolder);
  if (holder !== undefined)
    return { outcome: 'busy', reason: `${holder.drillId} runs in ${holder.executionArn}`, holder: holder.executionArn };
  await store.put(buildDrillRecord(plan, executionArn));
  const reason = plan.sweepOnly
    ? `sweeps ${plan.environments.join(', ')}`
    : `restores ${plan.restores.map(({ backup }) => backup.backupId).join(', ') || 'nothing'}`;
  return { outcome: 'planned', reason, plan };
}

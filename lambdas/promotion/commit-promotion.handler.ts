// Step CommitPromotion of promote-release, and CommitRollback of rollback-release.
import { commitPromotionTask } from '../../contracts/workflows/rollout.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { connectGitOps } from './commit-phase.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const { commitPhase } = connectGitOps(readConfiguration(), connectLedger(environment.LEDGER_TABLE_NAME), environment);

/** Writes one phase of the change into the environment's overlay, and what that means for the colours into the ledger. */
export const handler = defineTask({ ...commitPromotionTask, handle: commitPhase });

// THE table of functions: every deployed one, its rows in functions/ by the folder of its handler. The stack is wired from it.
import { approvalFunctions } from './functions/approvals.ts';
import { auditFunctions } from './functions/audit.ts';
import { backupFunctions } from './functions/backups.ts';
import { certificateFunctions } from './functions/certificates.ts';
import { configurationFunctions } from './functions/configuration.ts';
import type { FunctionContract } from './functions/function-contract.ts';
import { gateFunctions } from './functions/gates.ts';
import { ingressFunctions } from './functions/ingress.ts';
import { notificationFunctions } from './functions/notifications.ts';
import { promotionFunctions } from './functions/promotion.ts';
import { recoveryFunctions } from './functions/recovery.ts';
import { rollbackFunctions } from './functions/rollback.ts';
import { watchdogFunctions } from './functions/watchdog.ts';

/** By function name. */
export const functions = {
  ...ingressFunctions,
  ...promotionFunctions,
  ...gateFunctions,
  ...approvalFunctions,
  ...rollbackFunctions,
  ...certificateFunctions,
  ...backupFunctions,
  ...configurationFunctions,
  ...recoveryFunctions,
  ...watchdogFunctions,
  ...notificationFunctions,
  ...auditFunctions,
} as const satisfies Record<string, FunctionContract>;

export type FunctionName = keyof typeof functions;

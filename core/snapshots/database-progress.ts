// How far a step is that RDS carries out, as the workflow hears it at each look.
import type { DatabaseProgress } from '../../contracts/workflows/advance-database.ts';

const secondsBetweenLooks = 30;

export function running(reason: string): DatabaseProgress {
  return { status: 'running', reason, waitSeconds: secondsBetweenLooks, restoreSeconds: 0 };
}

export function failed(reason: string): DatabaseProgress {
  return { ...running(reason), status: 'failed' };
}

export function succeeded(reason: string, restoreSeconds = 0): DatabaseProgress {
  return { ...running(reason), status: 'succeeded', restoreSeconds };
}

// Every workflow.

/** Workflows that a rule or a person can start: file names below state-machines/. */
export const workflowNames = [
  'promote-release',
  'rollback-release',
  'reconcile-git',
  'check-certificates',
  'renew-certificate',
  'back-up-database',
  'verify-backup',
  'restore-database',
  'back-up-configuration',
  'replicate-to-recovery-region',
] as const;
export type WorkflowName = (typeof workflowNames)[number];

// The steps that run a Job of the backup agent; three workflows have them.
import * as z from 'zod/mini';
import { backupTiers } from '../ledger/backups.ts';
import { recoverySchema } from '../point-in-time.ts';

export const agentCommands = [
  'back-up',
  'verify',
  'restore',
  'recover',
  'cut-over',
  'undo-restore',
  'fence-database',
  'open-database',
  'sweep-drills',
] as const;

/** The backup that a Job is about. */
export const agentBackupSchema = z.object({
  backupId: z.string(),
  environment: z.string(),
  database: z.string(),
  bucket: z.string(),
  prefix: z.string(),
  tier: z.enum(backupTiers),
  keepUntil: z.string(),
});
export type AgentBackup = z.infer<typeof agentBackupSchema>;

export const startAgentJobTask = {
  input: z.object({
    command: z.enum(agentCommands),
    job: z.string(),
    backup: agentBackupSchema,
    /** Of a restore: what the new database is called until it takes the live one's name. */
    databaseBeside: z.optional(z.string()),
    /** Of `recover`. */
    recovery: z.optional(recoverySchema),
  }),
  output: z.object({ job: z.string() }),
};
export type AgentTask = z.infer<typeof startAgentJobTask.input>;

export const readAgentJobTask = {
  input: z.object({ environment: z.string(), job: z.string(), startedAt: z.string() }),
  output: z.object({
    status: z.enum(['running', 'succeeded', 'failed', 'missing']),
    /** Of one that failed: what Kubernetes says. */
    reason: z.string(),
    /** When to look again. */
    waitSeconds: z.number(),
  }),
};

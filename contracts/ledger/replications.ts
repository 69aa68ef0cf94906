// What would be lost if the primary region were lost now, by class of data: as it was last measured.
import * as z from 'zod/mini';
import { indexed, keyed, type LedgerKey } from './item.ts';

export const replicationKeys = {
  replication: (dataClass: string, subject: string): LedgerKey => ({ pk: `REPLICATION#${dataClass}`, sk: subject }),
  /** Written in the primary region, looked for in the other one. */
  replicationHeartbeat: (): LedgerKey => ({ pk: 'REPLICATION-HEARTBEAT', sk: 'HEARTBEAT' }),
};

export const replicationKinds = { replication: 'replication' };

export const dataClasses = ['database', 'configuration', 'ledger', 'secrets', 'images'] as const;
export type DataClass = (typeof dataClasses)[number];

export const replicationRecord = z.object({
  ...indexed,
  dataClass: z.enum(dataClasses),
  /** Such as `prod/pyairtable`. */
  subject: z.string(),
  state: z.enum(['in-time', 'lagging']),
  since: z.string(),
  measuredAt: z.string(),
  /** The age of the newest state that stands in the recovery region. */
  rpoSeconds: z.number(),
  /** When the newest backup that stands there was taken; of databases and configurations. */
  newestAt: z.optional(z.string()),
  targetSeconds: z.number(),
  reason: z.string(),
});
export type ReplicationRecord = z.infer<typeof replicationRecord>;

export const replicationHeartbeatRecord = z.object({ ...keyed, writtenAt: z.string() });

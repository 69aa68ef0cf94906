// The Kubernetes Job that runs the backup agent: what it may use, what it is told, and no credential in it.
import type { Configuration } from '../../config/schema.ts';
import type { BackupTier } from '../../contracts/ledger/backups.ts';

export interface AgentTask {
  readonly command: 'back-up' | 'verify' | 'restore' | 'compare' | 'cut-over';
  readonly job: string;
  readonly environment: string;
  readonly database: string;
  readonly backupId: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly tier: BackupTier;
  readonly keepUntil: string;
  /** Whether it may enter the live database. A verification may not: it gets no credentials at all. */
  readonly entersDatabase: boolean;
  /** Further variables of the command. */
  readonly variables?: Readonly<Record<string, string>>;
}

const daySeconds = 86_400;

/** One pod at a time, begun anew twice at most; gone a day after its end, when its logs have been collected. */
export function buildAgentJob(
  { databases, backups, environments }: Pick<Configuration, 'databases' | 'backups' | 'environments'>,
  task: AgentTask,
): { readonly cluster: string; readonly namespace: string; readonly manifest: object } {
  const { cluster, namespace } = environments[task.environment] ?? { cluster: '', namespace: '' };
  const database = databases[task.database];
  const credentials = database?.environments[task.environment]?.credentials;
  const values: Record<string, string | undefined> = {
    AGENT_JOB: task.job,
    AGENT_ENVIRONMENT: task.environment,
    AGENT_DATABASE: task.database,
    AGENT_BUCKET: task.bucket,
    AGENT_BACKUP_ID: task.backupId,
    AGENT_PREFIX: task.prefix,
    AGENT_TIER: task.tier,
    AGENT_KEEP_UNTIL: task.keepUntil,
    AGENT_LOCK: backups.lock.toUpperCase(),
    AGENT_SCHEMA_VERSION_QUERY: database?.schemaVersion,
    AGENT_NEWEST_RECORD_QUERY: database?.newestRecord,
    ...task.variables,
  };
  const labels = { 'app.kubernetes.io/name': 'backup-agent', 'app.kubernetes.io/component': task.command };
  const manifest = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: task.job, namespace, labels },
    spec: {
      backoffLimit: 2,
      activeDeadlineSeconds: backups.timeoutMinutes * 60,
      ttlSecondsAfterFinished: daySeconds,
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: backups.serviceAccount,
          restartPolicy: 'Never',
          securityContext: { runAsNonRoot: true, runAsUser: 999, fsGroup: 999 },
          containers: [
            {
              name: 'agent',
              image: backups.image,
              args: [task.command],
              env: Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
              ...(task.entersDatabase ? { envFrom: [{ secretRef: { name: credentials } }] } : {}),
              resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '512Mi' } },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
            },
          ],
          volumes: [{ name: 'scratch', emptyDir: {} }],
        },
      },
    },
  };
  return { cluster, namespace, manifest };
}

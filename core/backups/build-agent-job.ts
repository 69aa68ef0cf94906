// The Kubernetes Job that runs the backup agent: what it may use, what it is told, and no credential in it.
import type { Configuration } from '../../config/schema.ts';
import type { AgentTask } from '../../contracts/workflows/agent-jobs.ts';
import { getEnvironment } from '../configuration/get-configured.ts';

const daySeconds = 86_400;

/** One pod at a time, begun anew twice at most; gone a day after its end, when its logs have been collected. */
export function buildAgentJob(
  { databases, backups, environments }: Pick<Configuration, 'databases' | 'backups' | 'environments'>,
  task: AgentTask,
): { readonly cluster: string; readonly namespace: string; readonly manifest: object } {
  const { backup } = task;
  const { cluster, namespace } = getEnvironment({ environments }, backup.environment);
  const database = databases[backup.database];
  // A verification gets no credentials at all: it restores into a server of its own.
  const credentials = task.command === 'verify' ? undefined : database?.environments[backup.environment]?.credentials;
  const values: Record<string, string | undefined> = {
    AGENT_JOB: task.job,
    AGENT_ENVIRONMENT: backup.environment,
    AGENT_DATABASE: backup.database,
    AGENT_BUCKET: backup.bucket,
    AGENT_BACKUP_ID: backup.backupId,
    AGENT_PREFIX: backup.prefix,
    AGENT_TIER: backup.tier,
    AGENT_KEEP_UNTIL: backup.keepUntil,
    AGENT_LOCK: backups.lock.toUpperCase(),
    AGENT_SCHEMA_VERSION_QUERY: database?.schemaVersion,
    AGENT_NEWEST_RECORD_QUERY: database?.newestRecord,
    AGENT_MAXIMUM_RECORD_AGE_HOURS: database?.maximumRecordAgeHours?.toString(),
    AGENT_DATABASE_BESIDE: task.databaseBeside,
    AGENT_RECOVERY_AT: task.recovery?.at,
    AGENT_ARCHIVE: task.recovery?.archive,
    AGENT_BASE_BACKUP: task.recovery?.baseBackup,
    AGENT_KEEP_REPLACED_DAYS: String(backups.keepReplacedDays),
  };
  const labels = { 'app.kubernetes.io/name': 'backup-agent', 'app.kubernetes.io/component': task.command };
  const manifest = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: task.job, namespace, labels },
    spec: {
      // A dump that a network broke is made again; what does not agree with its manifest will not agree the next time either.
      backoffLimit: task.command === 'back-up' ? 2 : 1,
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
              ...(credentials === undefined ? {} : { envFrom: [{ secretRef: { name: credentials } }] }),
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

// Judges each class of data that a recovery needs, against the targets of the configuration.
import type { Configuration } from '../../config/schema.ts';
import type { AgentResult } from '../../contracts/backup-manifest.ts';
import type { ConfigurationManifest } from '../../contracts/configuration-backup.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { Score } from '../../contracts/ledger/recovery-drills.ts';
import type { DataClass, ReplicationRecord } from '../../contracts/ledger/replications.ts';
import type { DrillPlan, EndedJob } from '../../contracts/workflows/recovery-drill.ts';

/** What the recovery region answers. Each throws when it cannot be asked at all. */
export interface RecoverySources {
  findResult(bucket: string, job: string): Promise<AgentResult | undefined>;
  listBackups(environment: string): Promise<readonly BackupRecord[]>;
  /** Reads every file of a configuration's backup from the replica and compares its hash. @throws Error that says what is wrong. */
  readConfiguration(environment: string, prefix: string): Promise<ConfigurationManifest>;
  listRunning(environment: string): Promise<readonly { service: string; image: string; digest: string }[]>;
  hasImage(image: string, digest: string): Promise<boolean>;
  /** Names of our secrets that do not stand in the recovery region, of so many. */
  checkSecrets(): Promise<{ readonly missing: readonly string[]; readonly all: number }>;
  /** As the last sweep measured it, read from the replica of the ledger. */
  findReplication(dataClass: DataClass, subject: string): Promise<ReplicationRecord | undefined>;
  now(): string;
}

interface Parts {
  readonly configuration: Configuration;
  readonly sources: RecoverySources;
}

/** Lines for everything that a recovery of these environments needs; what cannot be asked has failed, with the reason. */
export async function scoreDrill(parts: Parts, plan: DrillPlan, restores: readonly EndedJob[]): Promise<Score[]> {
  const databases = await Promise.all(restores.map((restore) => scoreRestore(parts, plan, restore)));
  const others = await Promise.all(
    plan.environments.flatMap((environment) => [
      measure(parts, { dataClass: 'configuration', environment, subject: environment }, () =>
        tryConfiguration(parts, plan, environment),
      ),
      measure(parts, { dataClass: 'images', environment, subject: 'images' }, () => tryImages(parts, environment)),
    ]),
  );
  const ofAll = plan.environments[0] ?? '';
  const shared = await Promise.all([
    measure(parts, { dataClass: 'secrets', environment: ofAll, subject: 'secrets' }, () => trySecrets(parts)),
    measure(parts, { dataClass: 'ledger', environment: ofAll, subject: 'ledger' }, () => tryLedger(parts)),
  ]);
  return [...plan.missing, ...databases, ...others, ...shared];
}

interface Attempt {
  readonly passed: boolean;
  readonly recoveryPointSeconds?: number;
  readonly reason: string;
}

async function scoreRestore(parts: Parts, plan: DrillPlan, ended: EndedJob): Promise<Score> {
  const planned = plan.restores.find(({ job }) => job === ended.job);
  const subject = planned?.backup.database ?? ended.job;
  const result = planned === undefined ? undefined : await parts.sources.findResult(planned.backup.bucket, ended.job);
  const isRestored = ended.status === 'succeeded' && result?.outcome === 'succeeded';
  const words = result?.reason ?? (ended.reason === '' ? `its Job is ${ended.status}` : ended.reason);
  const attempt: Attempt = {
    passed: isRestored,
    ...(planned === undefined ? {} : { recoveryPointSeconds: secondsBetween(planned.takenAt, plan.startedAt) }),
    reason: isRestored
      ? `${planned?.backup.backupId} (${planned?.why}): ${describeFacts(result.facts)}, as its manifest counts them`
      : words,
  };
  return judge(
    parts,
    { dataClass: 'database', environment: ended.environment, subject },
    attempt,
    isRestored ? secondsBetween(ended.startedAt, ended.finishedAt) : undefined,
  );
}

function describeFacts(facts: AgentResult['facts']): string {
  const tables = facts?.tables ?? [];
  return `${tables.reduce((sum, { rows }) => sum + rows, 0)} rows of ${tables.length} tables`;
}

async function tryConfiguration({ sources }: Parts, plan: DrillPlan, environment: string): Promise<Attempt> {
  const newest = (await sources.listBackups(environment)).findLast(
    ({ subject, status, replicatedAt }) =>
      subject === 'configuration' && status === 'complete' && replicatedAt !== undefined,
  );
  if (newest?.prefix === undefined)
    return { passed: false, reason: 'no backup of the configuration has arrived in the recovery region' };
  const { objects, files } = await sources.readConfiguration(environment, newest.prefix);
  return {
    passed: true,
    recoveryPointSeconds: secondsBetween(newest.startedAt, plan.startedAt),
    reason: `${newest.backupId}: ${objects} objects in ${files.length} files were read back, each as it was hashed`,
  };
}

async function tryImages({ sources }: Parts, environment: string): Promise<Attempt> {
  const running = await sources.listRunning(environment);
  const asked = await Promise.all(
    running.map(async (each) => ({ ...each, there: await sources.hasImage(each.image, each.digest) })),
  );
  const missing = asked.filter(({ there }) => !there).map(({ service, digest }) => `${service} ${digest.slice(0, 19)}`);
  return {
    passed: missing.length === 0,
    reason:
      missing.length === 0
        ? `the images of all ${running.length} promoted services can be pulled`
        : `cannot be pulled: ${missing.join(', ')}`,
  };
}

async function trySecrets({ sources }: Parts): Promise<Attempt> {
  const { missing, all } = await sources.checkSecrets();
  return {
    passed: missing.length === 0,
    reason: missing.length === 0 ? `all ${all} secrets stand there` : `not there: ${missing.join(', ')}`,
  };
}

async function tryLedger({ sources }: Parts): Promise<Attempt> {
  const measured = await sources.findReplication('ledger', 'ledger');
  if (measured === undefined) return { passed: false, reason: 'no sweep has measured the replica yet' };
  return {
    passed: true,
    recoveryPointSeconds: measured.rpoSeconds,
    reason: `this drill runs on the replica; its lag as it was measured at ${measured.measuredAt}`,
  };
}

type Subject = Pick<Score, 'dataClass' | 'environment' | 'subject'>;

async function measure(parts: Parts, subject: Subject, attempt: () => Promise<Attempt>): Promise<Score> {
  const startedAt = parts.sources.now();
  try {
    const done = await attempt();
    return judge(parts, subject, done, done.passed ? secondsBetween(startedAt, parts.sources.now()) : undefined);
  } catch (error) {
    return judge(
      parts,
      subject,
      { passed: false, reason: error instanceof Error ? error.message : String(error) },
      undefined,
    );
  }
}

/** What was recovered too slowly or from too long ago has not passed. */
function judge(
  { configuration }: Parts,
  subject: Subject,
  attempt: Attempt,
  recoveryTimeSeconds: number | undefined,
): Score {
  const { recoveryPointMinutes, recoveryTimeMinutes } = configuration.recovery;
  const recoveryPointTargetSeconds = recoveryPointMinutes[subject.dataClass] * 60;
  const recoveryTimeTargetSeconds = recoveryTimeMinutes[subject.dataClass] * 60;
  const { passed, recoveryPointSeconds, reason } = attempt;
  const late = [
    ...((recoveryPointSeconds ?? 0) > recoveryPointTargetSeconds
      ? [`${recoveryPointSeconds} s old where ${recoveryPointTargetSeconds} s are allowed`]
      : []),
    ...((recoveryTimeSeconds ?? 0) > recoveryTimeTargetSeconds
      ? [`took ${recoveryTimeSeconds} s where ${recoveryTimeTargetSeconds} s are allowed`]
      : []),
  ];
  return {
    ...subject,
    passed: passed && late.length === 0,
    ...(recoveryPointSeconds === undefined ? {} : { recoveryPointSeconds }),
    recoveryPointTargetSeconds,
    ...(recoveryTimeSeconds === undefined ? {} : { recoveryTimeSeconds }),
    recoveryTimeTargetSeconds,
    reason: [reason, ...late].join('; '),
  };
}

/** To a tenth. */
function secondsBetween(from: string, until: string): number {
  return Math.max(0, Math.round((Date.parse(until) - Date.parse(from)) / 100) / 10);
}

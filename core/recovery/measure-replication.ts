// The sweep over everything that must stand in the recovery region: measures its age, sends again what is missing, tells of changes.
import type { Configuration } from '../../config/schema.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { DataClass, ReplicationRecord } from '../../contracts/ledger/replications.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';
import { describeNewest, keepMeasurement, type Measurement, secondsSince } from './keep-measurement.ts';

export interface ReplicationParts {
  readonly configuration: Configuration;
  readonly backups: {
    find(backupId: string): Promise<BackupRecord | undefined>;
    list(environment: string, since: string): Promise<readonly BackupRecord[]>;
    markReplicated(backupId: string, at: string): Promise<void>;
  };
  /** Follows what a backup consists of, objects or a snapshot, and sends again what failed or is missing there. */
  followObjects(backup: BackupRecord, now: string): Promise<ObjectsOnTheirWay>;
  /** Writes into the ledger here and looks for it there. Answers the age of what stands there, in seconds. */
  measureLedger(now: string): Promise<number>;
  /** Secrets of ours, and since when each is not the same there; undefined when it is. */
  listSecrets(): Promise<readonly SecretReplica[]>;
  /** What runs in an environment, and whether the registry has it. */
  listImages(environment: string): Promise<readonly RunningImage[]>;
  readonly store: {
    find(dataClass: DataClass, subject: string): Promise<ReplicationRecord | undefined>;
    put(record: ReplicationRecord): Promise<void>;
  };
  readonly publisher: EventPublisher;
}

export interface SecretReplica {
  readonly name: string;
  readonly differsSince: string | undefined;
  /** It was sent again. */
  readonly isResent?: boolean;
}

export interface RunningImage {
  readonly service: string;
  readonly digest: string;
  /** Since when it runs. */
  readonly since: string;
  readonly isThere: boolean;
  /** It was sent again. */
  readonly isResent?: boolean;
}

export interface ObjectsOnTheirWay {
  readonly arrived: boolean;
  readonly resent: number;
}

export interface ReplicationRound {
  readonly replicated: number;
  readonly pending: number;
  readonly resent: number;
  readonly lagging: number;
}

const lookedBackDays = 40;
/** So many backups are followed in one round, the newest first: after a long outage the rounds catch up. */
const followedBackups = 50;

/** Backups are followed before they are measured, so that what arrived a moment ago counts. */
export async function measureReplication(parts: ReplicationParts, now: string): Promise<ReplicationRound> {
  const since = new Date(Date.parse(now) - lookedBackDays * 86_400_000).toISOString();
  const environments = Object.keys(parts.configuration.environments);
  const records = (await Promise.all(environments.map((each) => parts.backups.list(each, since)))).flat();
  const stored = records.filter(
    ({ status, bucket, snapshotId }) => status === 'complete' && (bucket ?? snapshotId) !== undefined,
  );
  const arrived = new Set(
    stored.filter(({ replicatedAt }) => replicatedAt !== undefined).map(({ backupId }) => backupId),
  );
  const waiting = stored
    .filter(({ backupId }) => !arrived.has(backupId))
    .toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
    .slice(0, followedBackups);
  let [replicated, resent] = [0, 0];
  for (const backup of waiting) {
    const followed = await parts.followObjects(backup, now);
    resent += followed.resent;
    if (!followed.arrived) continue;
    await parts.backups.markReplicated(backup.backupId, now);
    arrived.add(backup.backupId);
    replicated += 1;
  }
  const secrets = await parts.listSecrets();
  resent += secrets.filter(({ isResent }) => isResent === true).length;
  const recovered = Object.keys(parts.configuration.recovery.environments);
  const images = await Promise.all(
    recovered.map(async (environment) => {
      const running = await parts.listImages(environment);
      resent += running.filter(({ isResent }) => isResent === true).length;
      return measureImages(environment, running, now);
    }),
  );
  const measurements = [
    ...measureBackups(stored, arrived, now),
    { dataClass: 'ledger' as const, subject: 'ledger', ...describeLedger(await parts.measureLedger(now)) },
    measureSecrets(secrets, now),
    ...images,
  ];
  const lags = await Promise.all(measurements.map((measurement) => keepMeasurement(parts, measurement, now)));
  const lagging = lags.filter((isLagging) => isLagging).length;
  return { replicated, pending: waiting.length - replicated, resent, lagging };
}

/** The newest backup of each database and configuration that stands there; while there is none, the oldest that should. */
function measureBackups(stored: readonly BackupRecord[], arrived: ReadonlySet<string>, now: string): Measurement[] {
  const subjects = Map.groupBy(stored, ({ subject, environment, name }) => `${subject} ${environment}/${name}`);
  return [...subjects].map(([key, backups]) => {
    const [dataClass = '', subject = ''] = key.split(' ');
    const inOrder = backups.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
    const newest = inOrder.findLast(({ backupId }) => arrived.has(backupId));
    const from = newest?.startedAt ?? inOrder[0]?.startedAt ?? now;
    const measured = { dataClass: dataClass as DataClass, subject, rpoSeconds: secondsSince(from, now) };
    return newest === undefined
      ? { ...measured, words: `no backup has arrived in the recovery region since ${from}` }
      : { ...measured, ...describeNewest(newest.startedAt) };
  });
}

function describeLedger(seconds: number): { rpoSeconds: number; words: string } {
  return { rpoSeconds: seconds, words: 'the ledger’s replica was asked for what was written here' };
}

function measureSecrets(secrets: readonly SecretReplica[], now: string): Measurement {
  const differing = secrets.flatMap(({ name, differsSince }) =>
    differsSince === undefined ? [] : [{ name, differsSince }],
  );
  const oldest = differing.map(({ differsSince }) => differsSince).sort()[0];
  const words =
    oldest === undefined
      ? `all ${secrets.length} secrets are the same in the recovery region`
      : `${differing.map(({ name }) => name).join(', ')} is not the same in the recovery region since ${oldest}`;
  return {
    dataClass: 'secrets',
    subject: 'secrets',
    rpoSeconds: oldest === undefined ? 0 : secondsSince(oldest, now),
    words,
  };
}

/** An image that is missing would be missed in the recovery region since it has begun to run. */
function measureImages(environment: string, images: readonly RunningImage[], now: string): Measurement {
  const missing = images.filter(({ isThere }) => !isThere);
  const oldest = missing.map(({ since }) => since).sort()[0];
  const words =
    oldest === undefined
      ? `the images of all ${images.length} promoted services can be pulled`
      : `${missing.map(({ service, digest }) => `${service} ${digest.slice(0, 19)}`).join(', ')} cannot be pulled, running since ${oldest}`;
  return {
    ...{ dataClass: 'images', subject: environment, words },
    rpoSeconds: oldest === undefined ? 0 : secondsSince(oldest, now),
  };
}

// Backs up the configuration of one environment: lists, describes, stores, compares with the night before, and tells.
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Configuration } from '../../config/schema.ts';
import {
  type ConfigurationFile,
  type ConfigurationManifest,
  configurationDifferenceName,
  configurationManifestName,
} from '../../contracts/configuration-backup.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { PlannedConfigurationBackup } from '../../contracts/workflows/back-up-configuration.ts';
import { AppError } from '../app-error.ts';
import type { BackupStore } from '../backups/backup-store.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';
import { settleAll } from '../settle-all.ts';
import { type BackedUpResource, listCollections, nameOf, pathOf } from './backed-up-resources.ts';
import { buildBackupEvent, buildChangeEvent } from './build-events.ts';
import { type Changes, compareLines } from './compare-lines.ts';
import { describeObject, describeSecret, type KubernetesObject } from './describe-object.ts';

/** Where backups of the configuration are kept. */
export interface ConfigurationObjects {
  put(backup: PlannedConfigurationBackup, key: string, content: Uint8Array): Promise<void>;
  read(bucket: string, key: string): Promise<Uint8Array>;
  findManifest(bucket: string, key: string): Promise<ConfigurationManifest | undefined>;
}

export interface ConfigurationBackupParts {
  readonly configuration: Configuration;
  /** All objects of a collection, whatever their number; undefined when the cluster does not know the kind. */
  list(cluster: string, path: string): Promise<readonly KubernetesObject[] | undefined>;
  /** Of an environment; the same every night. */
  findPepper(environment: string): Promise<Uint8Array>;
  readonly objects: ConfigurationObjects;
  readonly store: BackupStore;
  readonly publisher: EventPublisher;
}

export interface ConfigurationBackupEnd {
  readonly backupId: string;
  readonly outcome: 'complete' | 'failed';
  readonly reason: string;
  readonly objects: number;
  readonly bytes: number;
  readonly sealedSecrets: number;
}

interface Listed {
  readonly file: ConfigurationFile;
  readonly lines: readonly string[];
}

/** Writes the manifest last: what was cut off has none and is no backup. Repeating it writes the same again. */
export async function backUpConfiguration(
  parts: ConfigurationBackupParts,
  backup: PlannedConfigurationBackup,
  now: string,
): Promise<ConfigurationBackupEnd> {
  const record = await parts.store.find(backup.backupId);
  if (record === undefined) throw new AppError('NotFoundError', `${backup.backupId} is not in the catalogue`);
  const { cluster = '' } = parts.configuration.environments[backup.environment] ?? {};
  const pepper = await parts.findPepper(backup.environment);
  // A dozen of them, each a request to the cluster and one to the bucket.
  const storing = listCollections(parts.configuration, backup.environment).map(({ namespace, resource }) =>
    storeCollection(parts, backup, cluster, namespace, resource, pepper),
  );
  const listed = await settleAll(storing);
  const files = listed.map(({ file }) => file);
  const objects = sum(files.map((file) => file.objects));
  const bytes = sum(files.map((file) => file.bytes));
  const previous = await findPrevious(parts, backup);
  const changes = previous === undefined ? undefined : await compare(parts.objects, previous, listed);
  if (changes !== undefined && changes.lines.length > 0) {
    const text = `${changes.lines.join('\n')}\n`;
    await parts.objects.put(backup, `${backup.prefix}${configurationDifferenceName}`, Buffer.from(text));
  }
  const manifest: ConfigurationManifest = {
    version: 1,
    backupId: backup.backupId,
    environment: backup.environment,
    cluster,
    takenAt: now,
    objects,
    bytes,
    files,
    ...(previous === undefined ? {} : { previousBackupId: previous.manifest.backupId }),
  };
  const content = Buffer.from(JSON.stringify(manifest, null, 2));
  await parts.objects.put(backup, `${backup.prefix}${configurationManifestName}`, content);
  const sha256 = digest(content);
  const complete: BackupRecord = { ...record, status: 'complete', finishedAt: now, bytes, rows: objects, sha256 };
  if (previous !== undefined && changes !== undefined && changes.lines.length > 0) {
    const event = buildChangeEvent(complete, previous.manifest.backupId, changes, now);
    await parts.publisher.publish(event);
  }
  const reason = `${objects} objects in ${bytes} bytes`;
  await end(parts, complete, 'BackupCompleted', reason, now);
  const sealedSecrets = sum(files.flatMap((file) => (file.resource.startsWith('sealedsecrets.') ? file.objects : [])));
  return { backupId: backup.backupId, outcome: 'complete', reason, objects, bytes, sealedSecrets };
}

/** Records that it failed for good. */
export async function failConfigurationBackup(
  parts: ConfigurationBackupParts,
  { backupId }: PlannedConfigurationBackup,
  now: string,
  reason: string,
): Promise<ConfigurationBackupEnd> {
  const record = await parts.store.find(backupId);
  if (record?.status === 'running')
    await end(parts, { ...record, status: 'failed', finishedAt: now, reason }, 'BackupFailed', reason, now);
  return { backupId, outcome: 'failed', reason, objects: 0, bytes: 0, sealedSecrets: 0 };
}

/** Tells before it records, as long as the record says `running`; a repetition tells the same event again. */
async function end(
  { store, publisher }: ConfigurationBackupParts,
  record: BackupRecord,
  type: 'BackupCompleted' | 'BackupFailed',
  reason: string,
  now: string,
): Promise<void> {
  await publisher.publish(buildBackupEvent(record, type, reason, now));
  await store.replace(record, 'running');
  await store.releaseRun({ ...record, method: record.method }, record.executionArn);
}

async function storeCollection(
  parts: ConfigurationBackupParts,
  backup: PlannedConfigurationBackup,
  cluster: string,
  namespace: string,
  resource: BackedUpResource,
  pepper: Uint8Array,
): Promise<Listed> {
  const found = await parts.list(cluster, pathOf(resource, namespace));
  const { group, version, kind } = resource;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const lines = (found ?? [])
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((object) =>
      JSON.stringify(kind === 'Secret' ? describeSecret(object, pepper) : describeObject({ apiVersion, kind }, object)),
    );
  const text = lines.map((line) => `${line}\n`).join('');
  const key = `${backup.prefix}${namespace}/${nameOf(resource)}.jsonl.gz`;
  await parts.objects.put(backup, key, gzipSync(text));
  const file = {
    namespace,
    resource: nameOf(resource),
    key,
    sha256: digest(text),
    bytes: Buffer.byteLength(text),
    objects: lines.length,
    ...(found === undefined ? { absent: true } : {}),
  };
  return { file, lines };
}

interface Previous {
  readonly bucket: string;
  readonly manifest: ConfigurationManifest;
}

const comparedDays = 40;

/** The newest complete one before this. */
async function findPrevious(
  { store, objects }: ConfigurationBackupParts,
  { environment, startedAt, bucket }: PlannedConfigurationBackup,
): Promise<Previous | undefined> {
  const since = new Date(Date.parse(startedAt) - comparedDays * 86_400_000).toISOString();
  const earlier = (await store.list(environment, since)).findLast(
    (record) => record.subject === 'configuration' && record.status === 'complete' && record.startedAt < startedAt,
  );
  if (earlier?.prefix === undefined) return undefined;
  const from = earlier.bucket ?? bucket;
  const manifest = await objects.findManifest(from, `${earlier.prefix}${configurationManifestName}`);
  return manifest === undefined ? undefined : { bucket: from, manifest };
}

/** Only files with another digest are read. */
async function compare(
  objects: ConfigurationObjects,
  { bucket, manifest }: Previous,
  listed: Listed[],
): Promise<Changes> {
  const places = (file: ConfigurationFile): string => `${file.namespace}/${file.resource}`;
  const now = new Map(listed.map((each) => [places(each.file), each]));
  const before = new Map(manifest.files.map((file) => [places(file), file]));
  const all: Changes[] = [];
  for (const place of [...new Set([...before.keys(), ...now.keys()])].sort()) {
    const [was, is] = [before.get(place), now.get(place)];
    if (was?.sha256 === is?.file.sha256) continue;
    const lines = was === undefined ? [] : splitLines(gunzipSync(await objects.read(bucket, was.key)));
    all.push(compareLines(lines, is?.lines ?? []));
  }
  return {
    added: sum(all.map(({ added }) => added)),
    removed: sum(all.map(({ removed }) => removed)),
    changed: sum(all.map(({ changed }) => changed)),
    lines: all.flatMap(({ lines }) => lines),
  };
}

function splitLines(content: Uint8Array): string[] {
  return Buffer.from(content)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

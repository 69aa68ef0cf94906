// The manifest of the backup that a Job is about.
import type { S3Client } from '@aws-sdk/client-s3';
import { type Manifest, manifestName, manifestSchema } from '../../contracts/backup-manifest.ts';
import type { AgentSettings } from './settings.ts';
import { findJson } from './storage/json-objects.ts';

/** @throws Error when there is none, or it is of another backup. */
export async function getManifest(s3: S3Client, { bucket, prefix, backupId }: AgentSettings): Promise<Manifest> {
  const manifest = await findJson(s3, { bucket, key: `${prefix}${manifestName}` }, manifestSchema);
  if (manifest === undefined) throw new Error(`backup ${backupId} has no manifest: it is none`);
  if (manifest.backupId !== backupId) throw new Error(`the manifest is of ${manifest.backupId}, not of ${backupId}`);
  return manifest;
}

/** A dump can be read by the server that wrote it and by a newer one, and is proven only by the same. */
export function checkEngine(manifest: Manifest, serverVersionNumber: number): void {
  const [dumped, server] = [manifest.serverVersionNumber, serverVersionNumber].map((number) =>
    Math.floor(number / 10_000),
  );
  if (dumped !== server)
    throw new Error(`wrong engine version: the backup is of PostgreSQL ${dumped}, the scratch server is ${server}`);
}

// What a backup of the configuration consists of: one file for each kind of object in each namespace, and a manifest that is written last.
import * as z from 'zod/mini';

export const configurationManifestName = 'manifest.json';
export const configurationDifferenceName = 'changes.txt';

/** Lines of canonical JSON, sorted by name, compressed with gzip. The same objects always give the same bytes. */
export const configurationFileSchema = z.object({
  namespace: z.string(),
  /** Plural and group, such as `configmaps` or `certificates.cert-manager.io`. */
  resource: z.string(),
  key: z.string(),
  /** Of the lines before they are compressed. */
  sha256: z.string(),
  bytes: z.number(),
  objects: z.number(),
  /** The cluster does not know this kind of object. */
  absent: z.optional(z.boolean()),
});
export type ConfigurationFile = z.infer<typeof configurationFileSchema>;

/** A backup without it is none: it was cut off. */
export const configurationManifestSchema = z.object({
  version: z.literal(1),
  backupId: z.string(),
  environment: z.string(),
  cluster: z.string(),
  takenAt: z.string(),
  objects: z.number(),
  bytes: z.number(),
  files: z.array(configurationFileSchema),
  /** The backup that it was compared with. */
  previousBackupId: z.optional(z.string()),
});
export type ConfigurationManifest = z.infer<typeof configurationManifestSchema>;

// What is kept of an object: one record for each of its versions. Times are milliseconds since the epoch.
import type { Segment } from './body-files.ts';
import type { Checksum } from './checksum.ts';

export interface Encryption {
  readonly algorithm: string;
  readonly keyId?: string;
  readonly bucketKey?: boolean;
}

export interface ObjectLock {
  readonly mode?: 'GOVERNANCE' | 'COMPLIANCE';
  readonly retainUntil?: number;
  readonly legalHold?: 'ON' | 'OFF';
}

export interface ObjectContent {
  readonly segments: readonly Segment[];
  readonly size: number;
  /** In quotes, as it is sent. */
  readonly etag: string;
  readonly checksum?: Checksum;
  /** The checksums of the parts, when it was uploaded in parts; a segment each. */
  readonly parts?: readonly { readonly size: number; readonly checksum?: Checksum }[];
  /** `ContentType`, `CacheControl` … by the names of the API's members. */
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly storageClass: string;
  readonly encryption: Encryption;
  readonly lock?: ObjectLock;
}

export interface ObjectVersion {
  readonly key: string;
  /** `null` for one written while the bucket was not versioned. */
  readonly versionId: string;
  readonly lastModified: number;
  /** Absent for a delete marker. */
  readonly content?: ObjectContent;
  readonly replicationStatus?: 'PENDING' | 'COMPLETED' | 'FAILED' | 'REPLICA';
}

export type StoredVersion = ObjectVersion & { readonly content: ObjectContent };

export function hasContent(version: ObjectVersion | undefined): version is StoredVersion {
  return version?.content !== undefined;
}

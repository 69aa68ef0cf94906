// The multipart uploads under way, and their parts.
import { randomBytes } from 'node:crypto';
import { AwsError } from '../../../runtime/service.ts';
import type { Store, Table } from '../../../storage/store.ts';
import type { Segment } from '../objects/body-files.ts';
import type { Checksum, ChecksumAlgorithm } from '../objects/checksum.ts';
import type { ObjectContent } from '../objects/object-version.ts';

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiatedAt: number;
  readonly algorithm: ChecksumAlgorithm;
  readonly checksumType: Checksum['type'];
  /** Whether the client asked for that algorithm. */
  readonly namesAlgorithm: boolean;
  /** What the object will have beside its bytes. */
  readonly draft: Pick<ObjectContent, 'headers' | 'metadata' | 'tags' | 'storageClass' | 'encryption' | 'lock'>;
}

export interface Part {
  readonly number: number;
  readonly segment: Segment;
  readonly etag: string;
  readonly checksum: Checksum;
  readonly lastModified: number;
}

export class Uploads {
  readonly #uploads: Table<Upload>;
  /** By `<upload id>/<number with leading zeros>`. */
  readonly #parts: Table<Part>;

  constructor(store: Store) {
    this.#uploads = store.table('s3/uploads');
    this.#parts = store.table('s3/parts');
  }

  create(draft: Omit<Upload, 'id'>): Upload {
    const upload = { ...draft, id: randomBytes(48).toString('base64url') };
    this.#uploads.put(upload.id, upload);
    return upload;
  }

  find(id: string): Upload | undefined {
    return this.#uploads.get(id);
  }

  /** Throws `NoSuchUpload`. */
  get(input: { Bucket?: string | undefined; Key?: string | undefined; UploadId?: string | undefined }): Upload {
    const upload = this.#uploads.get(input.UploadId ?? '');
    if (upload && upload.bucket === input.Bucket && upload.key === input.Key) return upload;
    throw new AwsError(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      { status: 404, details: { UploadId: input.UploadId ?? '' } },
    );
  }

  /** In the order of their keys, then of their beginning. */
  list(bucket: string): Upload[] {
    return [...this.#uploads.values()]
      .filter((upload) => upload.bucket === bucket)
      .sort((left, right) =>
        left.key === right.key ? left.initiatedAt - right.initiatedAt : left.key < right.key ? -1 : 1,
      );
  }

  /** The part of that number that this one replaces. */
  putPart(upload: Upload, part: Part): Part | undefined {
    const key = partKey(upload.id, part.number);
    const replaced = this.#parts.get(key);
    this.#parts.put(key, part);
    return replaced;
  }

  /** In the order of their numbers. */
  parts(upload: Upload): Part[] {
    return this.#parts.keysWithPrefix(`${upload.id}/`).map((key) => this.#parts.get(key) as Part);
  }

  allParts(): IterableIterator<Part> {
    return this.#parts.values();
  }

  /** Forgets the upload and its parts; their files are the caller's. */
  delete(upload: Upload): void {
    for (const key of this.#parts.keysWithPrefix(`${upload.id}/`)) this.#parts.delete(key);
    this.#uploads.delete(upload.id);
  }
}

function partKey(id: string, number: number): string {
  return `${id}/${String(number).padStart(5, '0')}`;
}

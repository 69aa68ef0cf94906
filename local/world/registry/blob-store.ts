// Content-addressed bytes on disk: manifests, configurations and layers.
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Blob, digestOf } from './build-image.ts';

const DIGEST = /^sha256:([0-9a-f]{64})$/;

export interface BlobStore {
  /** Undefined for what is not there and for what is no SHA-256 digest. */
  find(digest: string): Promise<Buffer | undefined>;
  /** Writes the bytes, synced to disk. */
  put(bytes: Uint8Array): Promise<Blob>;
}

/** A store in that folder, created when missing. */
export async function openBlobStore(directory: string): Promise<BlobStore> {
  await mkdir(directory, { recursive: true });
  const pathOf = (digest: string) => {
    const [, hex] = DIGEST.exec(digest) ?? [];
    return hex === undefined ? undefined : join(directory, hex);
  };
  return {
    async find(digest) {
      const path = pathOf(digest);
      if (path === undefined) return undefined;
      return readFile(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
    },
    async put(bytes) {
      const digest = digestOf(bytes);
      const path = join(directory, digest.slice('sha256:'.length));
      const temporary = `${path}.${randomUUID()}`;
      const file = await open(temporary, 'wx');
      try {
        await file.writeFile(bytes);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      return { digest, bytes: Buffer.from(bytes) };
    },
  };
}

// Writes loose git objects without starting a process (https://git-scm.com/docs/gitformat-loose).
import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { GitObject } from './object-reader.ts';

const compress = promisify(deflate);

/** Writes an object into the repository of that folder, synced to disk, and gives its id. One that is there stays. */
export async function writeObject(
  directory: string,
  type: GitObject['type'],
  content: string | Uint8Array,
): Promise<string> {
  const bytes = Buffer.from(content);
  const object = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
  const sha = createHash('sha1').update(object).digest('hex');
  const path = join(directory, 'objects', sha.slice(0, 2), sha.slice(2));
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(directory, 'objects', `tmp_obj_${randomUUID()}`);
  const file = await open(temporary, 'wx', 0o444);
  try {
    await file.writeFile(await compress(object));
    await file.datasync();
    await file.close();
    // Linking never replaces: whoever was first has written the same bytes.
    await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await file.close();
    await rm(temporary, { force: true });
  }
  return sha;
}

// The tip of a branch straight from a repository's files, where starting git would cost more than the answer is worth.
// https://git-scm.com/docs/gitrepository-layout
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/**
 * The commit of a branch of a repository on this machine. Undefined whenever git itself should be asked: `remote` is no
 * such repository, or the name is not plainly that of a branch (a tag of that name comes first).
 */
export function findBranchTip(remote: string, name: string): string | undefined {
  const files = locateBranchFiles(remote, name);
  if (files === undefined) return undefined;
  const packed = readText(files.packed) ?? '';
  const findPacked = (kind: string) =>
    packed.includes(name)
      ? new RegExp(`^([0-9a-f]{40}) refs/${kind}/${name.replaceAll('.', '\\.')}$`, 'm').exec(packed)?.[1]
      : undefined;
  if (statSync(files.tag, { throwIfNoEntry: false }) || findPacked('tags')) return undefined;
  const loose = readText(files.head);
  if (loose === undefined) return findPacked('heads');
  return /^[0-9a-f]{40}\n$/.test(loose) ? loose.trim() : undefined;
}

export interface BranchFiles {
  readonly packed: string;
  readonly tag: string;
  readonly head: string;
}

const located = new Map<string, BranchFiles>();

/** Where to look, and undefined whenever git should be asked; worked out once for each branch, because all applications ask for it every three minutes of a month. */
export function locateBranchFiles(remote: string, name: string): BranchFiles | undefined {
  const known = located.get(`${remote}\n${name}`);
  if (known !== undefined) return known;
  if (!isAbsolute(remote) || !/^[\w./-]+$/.test(name) || name.includes('..')) return undefined;
  const directory = [remote, join(remote, '.git')].find((each) => existsSync(join(each, 'objects')));
  if (directory === undefined) return undefined;
  const files = {
    packed: join(directory, 'packed-refs'),
    tag: join(directory, 'refs', 'tags', name),
    head: join(directory, 'refs', 'heads', name),
  };
  located.set(`${remote}\n${name}`, files);
  return files;
}

const remembered = new Map<string, { readonly version: string; readonly text: string }>();

/** Read again only when it has changed: git renames a new file into place, and Argo CD asks every three minutes. */
function readText(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  if (!stat?.isFile()) return undefined;
  const version = `${stat.ino} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.size}`;
  const known = remembered.get(file);
  if (known?.version === version) return known.text;
  try {
    const text = readFileSync(file, 'utf8');
    remembered.set(file, { version, text });
    return text;
  } catch {
    return undefined;
  }
}

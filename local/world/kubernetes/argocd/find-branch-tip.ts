// The tip of a branch straight from a repository's files, where starting git would cost more than the answer is worth.
// https://git-scm.com/docs/gitrepository-layout
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/**
 * The commit of a branch of a repository on this machine. Undefined whenever git itself should be asked: `remote` is no
 * such repository, or the name is not plainly that of a branch (a tag of that name comes first).
 */
export function findBranchTip(remote: string, name: string): string | undefined {
  if (!isAbsolute(remote) || !/^[\w./-]+$/.test(name) || name.includes('..')) return undefined;
  const directory = existsSync(join(remote, 'objects')) ? remote : join(remote, '.git');
  const packed = readText(join(directory, 'packed-refs')) ?? '';
  const findPacked = (ref: string) =>
    new RegExp(`^([0-9a-f]{40}) ${ref.replaceAll('.', '\\.')}$`, 'm').exec(packed)?.[1];
  if (existsSync(join(directory, 'refs', 'tags', name)) || findPacked(`refs/tags/${name}`)) return undefined;
  const loose = readText(join(directory, 'refs', 'heads', name));
  if (loose === undefined) return findPacked(`refs/heads/${name}`);
  return /^[0-9a-f]{40}\n$/.test(loose) ? loose.trim() : undefined;
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

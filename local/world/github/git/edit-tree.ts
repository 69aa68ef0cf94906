// Makes a new tree out of an old one and changes by path, writing only the trees on the way to what changed.
import type { BareRepository } from './bare-repository.ts';

/** A change to make to a tree; without `sha` the path is removed. */
export interface TreeChange {
  /** Slashes separate folders; sound, i.e. without empty, `.` and `..` parts. */
  readonly path: string;
  /** As git writes it: `100644`, `100755`, `040000` … */
  readonly mode: string;
  readonly sha?: string;
}

interface Entry {
  readonly mode: string;
  readonly sha: string;
}

/** Writes the tree that results from the changes to a base tree (to an empty one by default), and gives its id. */
export async function editTree(
  repository: BareRepository,
  changes: readonly TreeChange[],
  baseTree?: string,
): Promise<string> {
  const { sha } = await editFolder(repository, changes, baseTree);
  return sha;
}

async function editFolder(
  repository: BareRepository,
  changes: readonly TreeChange[],
  baseTree: string | undefined,
): Promise<{ readonly sha: string; readonly isEmpty: boolean }> {
  const entries = baseTree === undefined ? new Map<string, Entry>() : await readEntries(repository, baseTree);
  const below = new Map<string, TreeChange[]>();
  for (const change of changes) {
    const slash = change.path.indexOf('/');
    if (slash >= 0) {
      const name = change.path.slice(0, slash);
      below.set(name, [...(below.get(name) ?? []), { ...change, path: change.path.slice(slash + 1) }]);
    } else if (change.sha === undefined) {
      entries.delete(change.path);
    } else {
      entries.set(change.path, { mode: change.mode.replace(/^0+/, ''), sha: change.sha });
    }
  }
  for (const [name, inner] of below) {
    const known = entries.get(name);
    // A file of the name of a folder gives way to it.
    const folder = await editFolder(repository, inner, known?.mode === '40000' ? known.sha : undefined);
    if (folder.isEmpty) entries.delete(name);
    else entries.set(name, { mode: '40000', sha: folder.sha });
  }
  return { sha: await repository.writeObject('tree', formatEntries(entries)), isEmpty: entries.size === 0 };
}

async function readEntries(repository: BareRepository, tree: string): Promise<Map<string, Entry>> {
  const object = await repository.findObject(`${tree}^{tree}`);
  if (!object) throw new Error(`no tree ${tree} in ${repository.directory}`);
  const entries = new Map<string, Entry>();
  for (let offset = 0; offset < object.content.length; ) {
    const space = object.content.indexOf(32, offset);
    const end = object.content.indexOf(0, space);
    const mode = object.content.toString('latin1', offset, space);
    const sha = object.content.toString('hex', end + 1, end + 21);
    entries.set(object.content.toString('utf8', space + 1, end), { mode, sha });
    offset = end + 21;
  }
  return entries;
}

/** Git orders entries by their bytes, folders as if their names ended with a slash. */
function formatEntries(entries: ReadonlyMap<string, Entry>): Buffer {
  const keyed = [...entries].map(([name, entry]) => ({
    key: Buffer.from(entry.mode === '40000' ? `${name}/` : name),
    bytes: Buffer.concat([Buffer.from(`${entry.mode} ${name}\0`), Buffer.from(entry.sha, 'hex')]),
  }));
  keyed.sort((one, other) => one.key.compare(other.key));
  return Buffer.concat(keyed.map(({ bytes }) => bytes));
}

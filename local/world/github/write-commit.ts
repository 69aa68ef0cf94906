// Makes a commit out of files, as a push brings it.
import type { TreeChange } from './git/edit-tree.ts';
import type { Repository } from './repositories.ts';
import { noreplyAddress } from './shapes/present-user.ts';

/** Contents by path; `null` removes the file. */
export type Files = Readonly<Record<string, string | Uint8Array | null>>;

export interface CommitContent {
  readonly files: Files;
  readonly message: string;
}

/** Writes a commit over `parent`, or a first one; no branch is moved. Gives its sha. */
export async function writeCommit(
  { git }: Repository,
  parent: string | undefined,
  { files, message }: CommitContent,
  author: { readonly login: string; readonly at: number },
): Promise<string> {
  const base = parent === undefined ? undefined : await git.findCommit(parent);
  const changes: TreeChange[] = [];
  for (const [path, content] of Object.entries(files)) {
    if (content === null) changes.push({ path, mode: '100644' });
    else changes.push({ path, mode: '100644', sha: await git.writeObject('blob', content) });
  }
  const tree = await git.writeTree(changes, base?.tree);
  const signature = { name: author.login, email: noreplyAddress(author.login), at: author.at };
  const parents = parent === undefined ? [] : [parent];
  return git.writeCommit({ tree, parents, author: signature, committer: signature, message });
}

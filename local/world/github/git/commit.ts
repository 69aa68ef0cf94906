// A git commit object: what it says, read and written in git's own format.

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Milliseconds since the epoch, whole seconds. */
  readonly at: number;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/** Reads a commit object. https://git-scm.com/docs/git-commit-tree#_commit_information */
export function parseCommit(sha: string, content: Buffer): Commit {
  const text = content.toString('utf8');
  const headerEnd = text.indexOf('\n\n');
  const headers = text.slice(0, headerEnd).split('\n');
  const values = (name: string) =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  return {
    sha,
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    author: parseSignature(values('author')[0] ?? ''),
    committer: parseSignature(values('committer')[0] ?? ''),
    message: text.slice(headerEnd + 2).replace(/\n$/, ''),
  };
}

/** The bytes of a commit object. */
export function buildCommit(commit: Omit<Commit, 'sha'>): string {
  return [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${formatSignature(commit.author)}`,
    `committer ${formatSignature(commit.committer)}`,
    '',
    commit.message,
  ].join('\n');
}

function parseSignature(line: string): Signature {
  const match = /^(.*?) ?<([^>]*)> (\d+)/.exec(line);
  return { name: match?.[1] ?? '', email: match?.[2] ?? '', at: Number(match?.[3] ?? 0) * 1000 };
}

function formatSignature({ name, email, at }: Signature): string {
  const clean = (text: string) => text.replace(/[<>\n\0]/g, '').trim();
  return `${clean(name)} <${clean(email)}> ${Math.floor(at / 1000)} +0000`;
}

// Commits as the REST API shows them: in the commits API and, barer, in the git database API.
import type { Commit, Signature } from '../git/commit.ts';
import type { FileChange } from '../git/compare-commits.ts';
import { findLogin, presentUser } from './present-user.ts';
import { formatTime, nodeId } from './stable-id.ts';

const verification = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

/** A commit of the git database API. `repository` is `owner/name`. */
export function presentGitCommit(url: string, repository: string, commit: Commit) {
  const self = `${url}/repos/${repository}/git`;
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    url: `${self}/commits/${commit.sha}`,
    html_url: `${url}/${repository}/commit/${commit.sha}`,
    author: presentSignature(commit.author),
    committer: presentSignature(commit.committer),
    tree: { sha: commit.tree, url: `${self}/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${self}/commits/${sha}`,
      html_url: `${url}/${repository}/commit/${sha}`,
    })),
    verification,
  };
}

/** A commit of the commits API. */
export function presentCommit(url: string, repository: string, commit: Commit) {
  const self = `${url}/repos/${repository}`;
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    commit: {
      author: presentSignature(commit.author),
      committer: presentSignature(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${self}/git/trees/${commit.tree}` },
      url: `${self}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification,
    },
    url: `${self}/commits/${commit.sha}`,
    html_url: `${url}/${repository}/commit/${commit.sha}`,
    comments_url: `${self}/commits/${commit.sha}/comments`,
    author: presentAuthor(url, commit.author),
    committer: presentAuthor(url, commit.committer),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${self}/commits/${sha}`,
      html_url: `${url}/${repository}/commit/${sha}`,
    })),
  };
}

/** A changed file of a commit or a comparison. */
export function presentFile(url: string, repository: string, sha: string, file: FileChange) {
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${url}/${repository}/blob/${sha}/${path}`,
    raw_url: `${url}/${repository}/raw/${sha}/${path}`,
    contents_url: `${url}/repos/${repository}/contents/${path}?ref=${sha}`,
    ...(file.patch !== undefined && { patch: file.patch }),
    ...(file.previousPath !== undefined && { previous_filename: file.previousPath }),
  };
}

function presentSignature({ name, email, at }: Signature) {
  return { name, email, date: formatTime(at) };
}

function presentAuthor(url: string, signature: Signature) {
  const login = findLogin(signature);
  return login === undefined ? null : presentUser(url, login);
}

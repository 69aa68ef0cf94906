// Payloads that GitHub recorded (@octokit/webhooks-examples, MIT), told of the configured repository and of real commits.
import { createRequire } from 'node:module';

type Json = Record<string, unknown>;

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as {
  name: string;
  examples: Json[];
}[];

function findExample(event: string, fits: (example: Json) => boolean): Json {
  const found = examples.find(({ name }) => name === event)?.examples.find(fits);
  if (found === undefined) throw new Error(`no recorded ${event} fits`);
  return structuredClone(found);
}

export interface PushFacts {
  readonly repository: string;
  readonly branch: string;
  readonly before: string;
  readonly after: string;
  readonly files: readonly string[];
  readonly message?: string;
  /** Epoch milliseconds. */
  readonly pushedAt: number;
}

/** The recorded push to a branch with one commit. */
export function buildPush(facts: PushFacts): Json {
  const example = findExample('push', ({ ref }) => ref === 'refs/heads/master');
  const at = new Date(facts.pushedAt).toISOString();
  const commit = {
    id: facts.after,
    tree_id: facts.after,
    distinct: true,
    message: facts.message ?? 'Improve the service',
    timestamp: at,
    url: `https://github.com/${facts.repository}/commit/${facts.after}`,
    author: { name: 'Codertocat', email: 'codertocat@example.com', username: 'Codertocat' },
    committer: { name: 'Codertocat', email: 'codertocat@example.com', username: 'Codertocat' },
    added: [],
    removed: [],
    modified: facts.files,
  };
  return {
    ...example,
    ref: `refs/heads/${facts.branch}`,
    before: facts.before,
    after: facts.after,
    created: false,
    deleted: false,
    forced: false,
    compare: `https://github.com/${facts.repository}/compare/${facts.before.slice(0, 12)}...${facts.after.slice(0, 12)}`,
    commits: [commit],
    head_commit: commit,
    repository: { ...rename(example.repository, facts.repository), pushed_at: Math.floor(facts.pushedAt / 1000) },
  };
}

export interface RunFacts {
  readonly repository: string;
  readonly commit: string;
  readonly branch: string;
  readonly conclusion: string;
  readonly workflow?: string;
  /** Epoch milliseconds. */
  readonly endedAt: number;
}

let runs = 30_433_642;

/** The recorded end of a workflow run. */
export function buildWorkflowRun(facts: RunFacts): Json {
  const example = findExample('workflow_run', ({ action }) => action === 'completed');
  const at = new Date(facts.endedAt).toISOString();
  runs += 1;
  return {
    ...example,
    repository: rename(example.repository, facts.repository),
    workflow_run: {
      ...(example.workflow_run as Json),
      id: runs,
      name: facts.workflow ?? 'build',
      event: 'push',
      status: 'completed',
      conclusion: facts.conclusion,
      head_sha: facts.commit,
      head_branch: facts.branch,
      html_url: `https://github.com/${facts.repository}/actions/runs/${runs}`,
      updated_at: at,
      head_repository: rename((example.workflow_run as Json).head_repository, facts.repository),
      repository: rename((example.workflow_run as Json).repository, facts.repository),
    },
  };
}

/** The recorded publication of a release. */
export function buildRelease(facts: { readonly repository: string; readonly tag: string }): Json {
  const example = findExample('release', ({ action }) => action === 'published');
  return {
    ...example,
    repository: rename(example.repository, facts.repository),
    release: {
      ...(example.release as Json),
      tag_name: facts.tag,
      name: facts.tag,
      draft: false,
      prerelease: false,
      html_url: `https://github.com/${facts.repository}/releases/tag/${facts.tag}`,
    },
  };
}

function rename(repository: unknown, fullName: string): Json {
  const [owner = '', name = ''] = fullName.split('/');
  return {
    ...(repository as Json),
    name,
    full_name: fullName,
    html_url: `https://github.com/${fullName}`,
    owner: { ...((repository as Json).owner as Json), login: owner, name: owner },
  };
}

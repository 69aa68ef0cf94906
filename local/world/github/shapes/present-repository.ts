// Repositories as the REST API and the webhooks show them.
import type { RepositoryRecord } from '../records.ts';
import { presentUser } from './present-user.ts';
import { formatTime, nodeId } from './stable-id.ts';

/** GitHub's "minimal repository": identity and links. */
export function presentMinimalRepository(url: string, record: RepositoryRecord) {
  const fullName = `${record.owner}/${record.name}`;
  const self = `${url}/repos/${fullName}`;
  return {
    id: record.id,
    node_id: nodeId('Repository', record.id),
    name: record.name,
    full_name: fullName,
    private: record.isPrivate,
    owner: presentUser(url, record.owner, 'Organization'),
    html_url: `${url}/${fullName}`,
    description: null,
    fork: false,
    url: self,
    forks_url: `${self}/forks`,
    keys_url: `${self}/keys{/key_id}`,
    collaborators_url: `${self}/collaborators{/collaborator}`,
    teams_url: `${self}/teams`,
    hooks_url: `${self}/hooks`,
    issue_events_url: `${self}/issues/events{/number}`,
    events_url: `${self}/events`,
    assignees_url: `${self}/assignees{/user}`,
    branches_url: `${self}/branches{/branch}`,
    tags_url: `${self}/tags`,
    blobs_url: `${self}/git/blobs{/sha}`,
    git_tags_url: `${self}/git/tags{/sha}`,
    git_refs_url: `${self}/git/refs{/sha}`,
    trees_url: `${self}/git/trees{/sha}`,
    statuses_url: `${self}/statuses/{sha}`,
    languages_url: `${self}/languages`,
    stargazers_url: `${self}/stargazers`,
    contributors_url: `${self}/contributors`,
    subscribers_url: `${self}/subscribers`,
    subscription_url: `${self}/subscription`,
    commits_url: `${self}/commits{/sha}`,
    git_commits_url: `${self}/git/commits{/sha}`,
    comments_url: `${self}/comments{/number}`,
    issue_comment_url: `${self}/issues/comments{/number}`,
    contents_url: `${self}/contents/{+path}`,
    compare_url: `${self}/compare/{base}...{head}`,
    merges_url: `${self}/merges`,
    archive_url: `${self}/{archive_format}{/ref}`,
    downloads_url: `${self}/downloads`,
    issues_url: `${self}/issues{/number}`,
    pulls_url: `${self}/pulls{/number}`,
    milestones_url: `${self}/milestones{/number}`,
    notifications_url: `${self}/notifications{?since,all,participating}`,
    labels_url: `${self}/labels{/name}`,
    releases_url: `${self}/releases{/id}`,
    deployments_url: `${self}/deployments`,
  };
}

/** GitHub's full repository. */
export function presentRepository(url: string, record: RepositoryRecord) {
  const host = new URL(url).host;
  const fullName = `${record.owner}/${record.name}`;
  return {
    ...presentMinimalRepository(url, record),
    created_at: formatTime(record.createdAt),
    updated_at: formatTime(record.pushedAt),
    pushed_at: formatTime(record.pushedAt),
    git_url: `git://${host}/${fullName}.git`,
    ssh_url: `git@${host}:${fullName}.git`,
    clone_url: `${url}/${fullName}.git`,
    svn_url: `${url}/${fullName}`,
    homepage: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: false,
    disabled: false,
    open_issues_count: 0,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: record.isPrivate ? 'private' : 'public',
    forks: 0,
    open_issues: 0,
    watchers: 0,
    default_branch: record.defaultBranch,
  };
}

/** The repository of a push event, which tells some times in seconds and names the owner more fully. */
export function presentPushedRepository(url: string, record: RepositoryRecord) {
  const repository = presentRepository(url, record);
  return {
    ...repository,
    owner: { name: record.owner, email: null, ...repository.owner },
    url: repository.html_url,
    created_at: Math.floor(record.createdAt / 1000),
    pushed_at: Math.floor(record.pushedAt / 1000),
    stargazers: 0,
    master_branch: record.defaultBranch,
    organization: record.owner,
    custom_properties: {},
  };
}

// Users, bots and organizations as the REST API and the webhooks show them.
import type { Signature } from '../git/commit.ts';
import { nodeId, stableId } from './stable-id.ts';

/** GitHub's "simple user". */
export function presentUser(url: string, login: string, type = login.endsWith('[bot]') ? 'Bot' : 'User') {
  const id = stableId(`user ${login.toLowerCase()}`);
  const self = `${url}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `${url}/avatars/u/${id}?v=4`,
    gravatar_id: '',
    url: self,
    html_url: `${url}/${encodeURIComponent(login)}`,
    followers_url: `${self}/followers`,
    following_url: `${self}/following{/other_user}`,
    gists_url: `${self}/gists{/gist_id}`,
    starred_url: `${self}/starred{/owner}{/repo}`,
    subscriptions_url: `${self}/subscriptions`,
    organizations_url: `${self}/orgs`,
    repos_url: `${self}/repos`,
    events_url: `${self}/events{/privacy}`,
    received_events_url: `${self}/received_events`,
    type,
    user_view_type: 'public',
    site_admin: false,
  };
}

/** The organization that owns a repository, as webhooks show it. */
export function presentOrganization(url: string, login: string) {
  const id = stableId(`user ${login.toLowerCase()}`);
  const self = `${url}/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId('Organization', id),
    url: self,
    repos_url: `${self}/repos`,
    events_url: `${self}/events`,
    hooks_url: `${self}/hooks`,
    issues_url: `${self}/issues`,
    members_url: `${self}/members{/member}`,
    public_members_url: `${self}/public_members{/member}`,
    avatar_url: `${url}/avatars/u/${id}?v=4`,
    description: '',
  };
}

/** The address under which GitHub hides a user's own. */
export function noreplyAddress(login: string): string {
  return `${stableId(`user ${login.toLowerCase()}`)}+${login}@users.noreply.github.com`;
}

/** The login behind a commit's address, where GitHub knows it. */
export function findLogin({ email }: Pick<Signature, 'email'>): string | undefined {
  return /^(?:\d+\+)?([^@+]+)@users\.noreply\.github\.com$/.exec(email)?.[1];
}

/** GitHub's own signature on commits that it makes for an app or on the web. */
export const gitHubCommitter = { name: 'GitHub', email: 'noreply@github.com' };

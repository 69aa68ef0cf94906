// The GitHub App, its installation and the installation's tokens (https://docs.github.com/rest/apps).
import { issueToken } from '../authentication/find-actor.ts';
import { presentRepository } from '../shapes/present-repository.ts';
import { presentUser } from '../shapes/present-user.ts';
import { formatTime, nodeId } from '../shapes/stable-id.ts';
import { GitHubError, notFound } from './github-error.ts';
import { answerCountedPage } from './paginate.ts';
import { type ApiAnswer, type ApiCall, getParameter, type Route } from './route.ts';

const TOKEN_LIFE_MILLISECONDS = 3_600_000;

export const appRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/app',
    access: 'app',
    documentation: 'apps/apps#get-the-authenticated-app',
    handle: ({ world: { app }, url }) => ({
      status: 200,
      body: {
        id: app.id,
        client_id: app.clientId,
        slug: app.slug,
        node_id: nodeId('App', app.id),
        owner: presentUser(url, app.owner, 'Organization'),
        name: app.slug,
        description: '',
        external_url: url,
        html_url: `${url}/apps/${app.slug}`,
        created_at: formatTime(app.createdAt),
        updated_at: formatTime(app.createdAt),
        permissions: app.permissions,
        events: ['*'],
        installations_count: 1,
      },
    }),
  },
  {
    method: 'GET',
    path: '/app/installations',
    access: 'app',
    documentation: 'apps/apps#list-installations-for-the-authenticated-app',
    handle: (call) => ({ status: 200, body: [presentInstallation(call)] }),
  },
  {
    method: 'GET',
    path: '/app/installations/{installation}',
    access: 'app',
    documentation: 'apps/apps#get-an-installation-for-the-authenticated-app',
    handle(call) {
      checkInstallation(call);
      return { status: 200, body: presentInstallation(call) };
    },
  },
  {
    method: 'POST',
    path: '/app/installations/{installation}/access_tokens',
    access: 'app',
    documentation: 'apps/apps#create-an-installation-access-token-for-an-app',
    handle: createAccessToken,
  },
  ...['/repos/{owner}/{name}/installation', '/orgs/{owner}/installation', '/users/{owner}/installation'].map(
    (path): Route => ({
      method: 'GET',
      path,
      access: 'app',
      documentation: 'apps/apps#get-a-repository-installation-for-the-authenticated-app',
      async handle(call) {
        const { owner, name } = call.parameters;
        const isKnown = call.world.repositories
          .list()
          .some((record) => record.owner === owner && (name === undefined || record.name === name));
        if (!isKnown) throw notFound();
        return { status: 200, body: presentInstallation(call) };
      },
    }),
  ),
  {
    method: 'GET',
    path: '/installation/repositories',
    access: 'metadata:read',
    documentation: 'apps/installations#list-repositories-accessible-to-the-app-installation',
    handle(call) {
      const { actor } = call;
      if (actor.kind !== 'token' || !actor.permissions) {
        throw new GitHubError(
          403,
          'You must authenticate with an installation access token in order to list repositories for an installation.',
        );
      }
      const records = call.world.repositories.list().filter(({ name }) => actor.repositories?.includes(name) ?? true);
      return answerCountedPage(call, 'repositories', records, (record) => presentRepository(call.url, record));
    },
  },
];

function checkInstallation(call: ApiCall): void {
  if (getParameter(call, 'installation') !== String(call.world.app.installationId)) throw notFound();
}

function presentInstallation({ world: { app }, url }: ApiCall) {
  const self = `${url}/app/installations/${app.installationId}`;
  return {
    id: app.installationId,
    client_id: app.clientId,
    account: presentUser(url, app.owner, 'Organization'),
    repository_selection: 'all',
    access_tokens_url: `${self}/access_tokens`,
    repositories_url: `${url}/installation/repositories`,
    html_url: `${url}/organizations/${app.owner}/settings/installations/${app.installationId}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: presentUser(url, app.owner).id,
    target_type: 'Organization',
    permissions: app.permissions,
    events: ['*'],
    created_at: formatTime(app.createdAt),
    updated_at: formatTime(app.createdAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: null,
  };
}

/** Tokens live an hour; a request may ask for fewer permissions and repositories than the installation has. */
function createAccessToken(call: ApiCall): ApiAnswer {
  checkInstallation(call);
  const { world, body, url } = call;
  const { app } = world;
  const asked = (body.optionalObject('permissions')?.members ?? app.permissions) as Readonly<Record<string, string>>;
  const permissions = { metadata: 'read', ...asked };
  for (const [name, level] of Object.entries(permissions)) {
    const granted = app.permissions[name];
    if (granted === undefined || (level === 'write' && granted !== 'write')) {
      throw new GitHubError(422, 'The permissions requested are not granted to this installation.');
    }
  }
  const records = world.repositories.list();
  const ids = body.members.repository_ids;
  const names =
    body.optionalStrings('repositories') ??
    (Array.isArray(ids) ? records.filter(({ id }) => ids.includes(id)).map(({ name }) => name) : undefined);
  const selected = names && records.filter(({ name }) => names.includes(name));
  if (names && selected?.length !== names.length) {
    throw new GitHubError(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  }
  const expiresAt = world.clock.now() + TOKEN_LIFE_MILLISECONDS;
  const login = `${app.slug}[bot]`;
  const token = issueToken(world, { login, permissions, expiresAt, ...(names && { repositories: names }) });
  return {
    status: 201,
    body: {
      token,
      expires_at: formatTime(expiresAt),
      permissions,
      repository_selection: selected ? 'selected' : 'all',
      ...(selected && { repositories: selected.map((record) => presentRepository(url, record)) }),
    },
  };
}

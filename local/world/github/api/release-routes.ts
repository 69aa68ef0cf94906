// Releases (https://docs.github.com/rest/releases/releases).
import { NO_COMMIT } from '../git/bare-repository.ts';
import type { GitHubWorld } from '../github-world.ts';
import type { DeliveryRecord, ReleaseRecord } from '../records.ts';
import type { Repository } from '../repositories.ts';
import { presentUser } from '../shapes/present-user.ts';
import { formatTime, nodeId } from '../shapes/stable-id.ts';
import { announceRefChange } from '../webhooks/announce-ref-change.ts';
import { buildEvent } from '../webhooks/build-event.ts';
import { notFound, validationFailed } from './github-error.ts';
import { answerPage } from './paginate.ts';
import { type ApiCall, getCaller, getParameter, type Route } from './route.ts';

export const releaseRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/releases',
    access: 'contents:read',
    documentation: 'releases/releases#list-releases',
    handle: (call) => answerPage(call, listReleases(call), (release) => presentRelease(call.url, release)),
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/releases',
    access: 'contents:write',
    documentation: 'releases/releases#create-a-release',
    async handle(call) {
      const { body, world, repository, url } = call;
      const { release } = await createRelease(world, repository, getCaller(call), {
        tagName: body.string('tag_name'),
        targetCommitish: body.optionalString('target_commitish') ?? repository.record.defaultBranch,
        name: body.optionalString('name') ?? null,
        body: body.optionalString('body') ?? null,
        isDraft: body.optionalBoolean('draft') ?? false,
        isPrerelease: body.optionalBoolean('prerelease') ?? false,
      });
      const presented = presentRelease(url, release);
      return { status: 201, body: presented, headers: { location: presented.url } };
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/releases/latest',
    access: 'contents:read',
    documentation: 'releases/releases#get-the-latest-release',
    handle: (call) => answerRelease(call, ({ isDraft, isPrerelease }) => !isDraft && !isPrerelease),
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/releases/tags/{tag...}',
    access: 'contents:read',
    documentation: 'releases/releases#get-a-release-by-tag-name',
    handle: (call) => answerRelease(call, ({ tagName, isDraft }) => !isDraft && tagName === getParameter(call, 'tag')),
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/releases/{id}',
    access: 'contents:read',
    documentation: 'releases/releases#get-a-release',
    handle: (call) => answerRelease(call, ({ id }) => String(id) === getParameter(call, 'id')),
  },
  {
    method: 'DELETE',
    path: '/repos/{owner}/{repo}/releases/{id}',
    access: 'contents:write',
    documentation: 'releases/releases#delete-a-release',
    handle(call) {
      const release = listReleases(call).find(({ id }) => String(id) === getParameter(call, 'id'));
      if (!release) throw notFound();
      call.world.records.releases.delete(String(release.id));
      emitRelease(call.world, call.repository, 'deleted', release, getCaller(call));
      return { status: 204 };
    },
  },
];

function listReleases({ world, repository }: ApiCall): ReleaseRecord[] {
  return [...world.records.releases.values()]
    .filter((release) => release.repository === repository.fullName)
    .sort((one, other) => other.id - one.id);
}

function answerRelease(call: ApiCall, matches: (release: ReleaseRecord) => boolean) {
  const release = listReleases(call).find(matches);
  if (!release) throw notFound();
  return { status: 200, body: presentRelease(call.url, release) };
}

/** Makes a release, and its tag when missing, and sends the events of it. Throws 422 for a tag that has a release. */
export async function createRelease(
  world: GitHubWorld,
  repository: Repository,
  login: string,
  told: Pick<ReleaseRecord, 'tagName' | 'targetCommitish' | 'name' | 'body' | 'isDraft' | 'isPrerelease'>,
): Promise<{ readonly release: ReleaseRecord; readonly delivered: Promise<readonly DeliveryRecord[]> }> {
  const { git, fullName } = repository;
  const isTaken = [...world.records.releases.values()].some(
    (release) => release.repository === fullName && release.tagName === told.tagName && !release.isDraft,
  );
  if (isTaken) throw validationFailed({ resource: 'Release', code: 'already_exists', field: 'tag_name' });
  const ref = `refs/tags/${told.tagName}`;
  if (!(await git.isValidRefName(ref))) {
    throw validationFailed({
      resource: 'Release',
      code: 'custom',
      field: 'tag_name',
      message: 'tag_name is not well-formed',
    });
  }
  const delivered: Promise<readonly DeliveryRecord[]>[] = [];
  if (!told.isDraft && !(await git.findRef(ref))) {
    const target = await git.findCommit(told.targetCommitish);
    if (!target) throw validationFailed({ resource: 'Release', code: 'invalid', field: 'target_commitish' });
    await git.moveRef(ref, NO_COMMIT, target.sha);
    const change = { ref, before: NO_COMMIT, after: target.sha };
    delivered.push((await announceRefChange(world, repository, change, login)).delivered);
  }
  const now = world.clock.now();
  const release: ReleaseRecord = {
    id: world.records.nextNumber('id'),
    repository: fullName,
    ...told,
    creator: login,
    createdAt: now,
    publishedAt: told.isDraft ? null : now,
  };
  world.records.releases.put(String(release.id), release);
  world.record({
    service: 'github',
    name: told.isDraft ? 'release-drafted' : 'release-published',
    subject: `${fullName}@${told.tagName}`,
    details: { name: told.name, target: told.targetCommitish, prerelease: told.isPrerelease },
  });
  const actions = told.isDraft ? ['created'] : ['created', 'published', told.isPrerelease ? 'prereleased' : 'released'];
  for (const action of actions) delivered.push(emitRelease(world, repository, action, release, login));
  return { release, delivered: Promise.all(delivered).then((lists) => lists.flat()) };
}

function emitRelease(
  world: GitHubWorld,
  { record }: Repository,
  action: string,
  release: ReleaseRecord,
  login: string,
) {
  const subject = { action, release: presentRelease(world.url(), release) };
  return world.webhooks.emit('release', buildEvent(world.url(), record, login, subject), record);
}

function presentRelease(url: string, release: ReleaseRecord) {
  const self = `${url}/repos/${release.repository}/releases/${release.id}`;
  const tag = encodeURIComponent(release.tagName);
  return {
    url: self,
    assets_url: `${self}/assets`,
    upload_url: `${self}/assets{?name,label}`,
    html_url: `${url}/${release.repository}/releases/tag/${tag}`,
    id: release.id,
    author: presentUser(url, release.creator),
    node_id: nodeId('Release', release.id),
    tag_name: release.tagName,
    target_commitish: release.targetCommitish,
    name: release.name,
    draft: release.isDraft,
    immutable: false,
    prerelease: release.isPrerelease,
    created_at: formatTime(release.createdAt),
    updated_at: formatTime(release.createdAt),
    published_at: release.publishedAt === null ? null : formatTime(release.publishedAt),
    assets: [],
    tarball_url: `${url}/repos/${release.repository}/tarball/${tag}`,
    zipball_url: `${url}/repos/${release.repository}/zipball/${tag}`,
    body: release.body,
  };
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Application } from '../../../../../local/world/kubernetes/argocd/application.ts';
import {
  configMaps,
  deployments,
  jobs,
  namespaces,
} from '../../../../../local/world/kubernetes/resources/built-in-types.ts';
import type { Deployment } from '../../../../../local/world/kubernetes/resources/workload-types.ts';
import { startTestCluster, type TestCluster } from '../start-test-cluster.ts';
import { createGitRepository, type GitRepository } from './git-repository.ts';

const url = 'https://github.com/example/gitops.git';
let repository: GitRepository;
let test: TestCluster;
const triggers: string[] = [];
/** Every question to git begins with where the repository is. */
let questions = 0;

const deployment = (image = 'registry.test/web') => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  progressDeadlineSeconds: 20
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: ${image}}]}
`;
const overlay = (tag: string) => `namespace: live
resources: [../../base]
images: [{name: registry.test/web, newTag: "${tag}"}]
`;

beforeAll(async () => {
  repository = await createGitRepository();
  test = await startTestCluster({
    argoCd: {
      resolveRepository(asked) {
        questions += 1;
        return asked === url ? repository.path : '/nonexistent';
      },
      onNotification: ({ trigger, application }) => void triggers.push(`${application.metadata.name} ${trigger}`),
    },
  });
  await repository.commit({
    'base/kustomization.yaml': 'resources: [deployment.yaml, settings.yaml]\n',
    'base/deployment.yaml': deployment(),
    'base/settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: "1"}\n',
    'overlays/live/kustomization.yaml': overlay('1.0.0'),
  });
});
afterAll(async () => {
  await test.stop();
  await repository.remove();
});

const applications = () => test.cluster.registry.types.findResource('argoproj.io', 'applications')!;
const get = (name: string) => test.cluster.registry.get<Application>(applications(), 'argocd', name);
const create = (name: string, spec: Record<string, unknown> = {}) =>
  test.cluster.registry.create<Application>(applications(), {
    metadata: { name, namespace: 'argocd', finalizers: ['resources-finalizer.argocd.argoproj.io'] },
    spec: {
      project: 'default',
      source: { repoURL: url, targetRevision: 'main', path: 'overlays/live' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'live' },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
      ...spec,
    },
  });
const update = (name: string, change: (application: Application) => void) =>
  test.cluster.registry.update<Application>(applications(), 'argocd', name, change);
/** What a person sees: `Synced/Healthy@<revision>`. */
const stateOf = ({ status }: Application) =>
  `${status?.sync?.status}/${status?.health?.status}@${status?.sync?.revision}`;
const web = () => test.cluster.registry.get<Deployment>(deployments, 'live', 'web');
const imageOf = () => web().spec.template.spec.containers[0]?.image;

describe('an automatically synced application', () => {
  it('is created in the cluster from the overlay and becomes healthy at the revision', async () => {
    const revision = await repository.head();
    create('live');
    await test.clock.advance(5_000);
    expect(stateOf(get('live'))).toBe(`Synced/Healthy@${revision}`);
    expect(imageOf()).toBe('registry.test/web:1.0.0');
    const { operationState, history, resources, sourceType } = get('live').status ?? {};
    expect(operationState).toMatchObject({
      phase: 'Succeeded',
      syncResult: { revision },
      operation: { initiatedBy: { automated: true } },
    });
    expect(history).toMatchObject([{ id: 0, revision }]);
    expect(resources?.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      'Deployment Synced',
      'ConfigMap Synced',
    ]);
    expect(sourceType).toBe('Kustomize');
    expect(triggers).toEqual(['live on-sync-succeeded', 'live on-deployed']);
  });

  it('reports the old revision, Synced and Healthy, until it has looked again', async () => {
    const before = stateOf(get('live'));
    await repository.commit({ 'overlays/live/kustomization.yaml': overlay('1.1.0') });
    await test.clock.advance(60_000);
    expect(stateOf(get('live'))).toBe(before);
    await test.clock.advance(140_000);
    expect(stateOf(get('live'))).toBe(`Synced/Healthy@${await repository.head()}`);
    expect(imageOf()).toBe('registry.test/web:1.1.0');
  });

  it('leaves the cluster untouched by polls that find nothing new', async () => {
    await test.clock.advance(300_000);
    const { store } = test.cluster.registry;
    const version = store.currentVersion();
    await test.clock.advance(24 * 3_600_000);
    expect(store.currentVersion()).toBe(version);
  });

  it('asks git nothing while nothing happens there, and finds what nobody told of when it would have asked', async () => {
    const before = questions;
    await test.clock.advance(24 * 3_600_000);
    expect(questions).toBe(before);
    const previous = await repository.head();
    const revision = await repository.commit({ 'overlays/live/kustomization.yaml': overlay('1.1.1') });
    await test.clock.advance(1_000);
    expect(stateOf(get('live'))).toBe(`Synced/Healthy@${previous}`);
    await test.clock.advance(185_000);
    expect(stateOf(get('live'))).toBe(`Synced/Healthy@${revision}`);
  });

  it('is not compared again because of what is not its own, such as what another application reports', async () => {
    create('beside', {
      source: { repoURL: url, targetRevision: 'main', path: 'base' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'beside' },
    });
    await test.clock.advance(300_000);
    expect(stateOf(get('live'))).toBe(`Synced/Healthy@${await repository.head()}`);
    test.cluster.registry.create(configMaps, { metadata: { name: 'foreign', namespace: 'shop' } });
    update('beside', (application) => {
      application.metadata.annotations = { 'argocd.argoproj.io/refresh': 'normal' };
    });
    await test.clock.advance(1_000);
    const { store } = test.cluster.registry;
    const version = store.currentVersion();
    await test.clock.advance(24 * 3_600_000);
    expect(store.currentVersion()).toBe(version);
    test.cluster.registry.delete(applications(), 'argocd', 'beside');
    await test.clock.advance(10_000);
    expect(test.cluster.registry.find(applications(), 'argocd', 'beside')).toBeUndefined();
  });

  it('looks at once when told of a push, whichever way the URL is written', async () => {
    await repository.commit({ 'overlays/live/kustomization.yaml': overlay('1.2.0') });
    test.cluster.argoCd.notifyPush('git@github.com:example/gitops.git');
    await test.clock.advance(1_000);
    expect(imageOf()).toBe('registry.test/web:1.2.0');
  });

  it('looks at once when the refresh annotation is set, and removes it', async () => {
    await repository.commit({ 'overlays/live/kustomization.yaml': overlay('1.3.0') });
    update('live', (application) => {
      application.metadata.annotations = { 'argocd.argoproj.io/refresh': 'normal' };
    });
    await test.clock.advance(5_000);
    expect(get('live').metadata.annotations).not.toHaveProperty('argocd.argoproj.io/refresh');
    expect(stateOf(get('live'))).toBe(`Synced/Healthy@${await repository.head()}`);
  });

  it('heals what was changed or deleted by hand', async () => {
    test.cluster.registry.update<Deployment>(deployments, 'live', 'web', (current) => {
      current.spec.template.spec.containers[0]!.image = 'registry.test/web:by-hand';
    });
    await test.clock.advance(15_000);
    expect(imageOf()).toBe('registry.test/web:1.3.0');
    expect(get('live').status?.operationState?.operation.sync?.resources).toMatchObject([{ kind: 'Deployment' }]);
    test.cluster.registry.delete(configMaps, 'live', 'settings');
    await test.clock.advance(15_000);
    expect(test.cluster.registry.find(configMaps, 'live', 'settings')).toBeDefined();
    expect(get('live').status?.sync?.status).toBe('Synced');
  });

  it('leaves fields alone that git does not name', async () => {
    test.cluster.registry.update<Deployment>(deployments, 'live', 'web', (current) => {
      current.metadata.labels = { ...current.metadata.labels, extra: 'yes' };
    });
    await test.clock.advance(15_000);
    expect(web().metadata.labels).toHaveProperty('extra');
    expect(get('live').status?.sync?.status).toBe('Synced');
  });

  it('prunes what git no longer has', async () => {
    await repository.commit({ 'base/kustomization.yaml': 'resources: [deployment.yaml]\n' });
    test.cluster.argoCd.notifyPush(url);
    await test.clock.advance(5_000);
    expect(test.cluster.registry.find(configMaps, 'live', 'settings')).toBeUndefined();
    expect(get('live').status?.sync?.status).toBe('Synced');
  });

  it('is Synced and Degraded when the release crashes, and recovers by a revert', async () => {
    await repository.commit({ 'overlays/live/kustomization.yaml': overlay('2.0.0-crash') });
    test.cluster.argoCd.notifyPush(url);
    await test.clock.advance(10_000);
    expect(stateOf(get('live'))).toBe(`Synced/Progressing@${await repository.head()}`);
    await test.clock.advance(30_000);
    expect(stateOf(get('live'))).toBe(`Synced/Degraded@${await repository.head()}`);
    expect(triggers).toContain('live on-health-degraded');
    await repository.commit({ 'overlays/live/kustomization.yaml': overlay('1.3.0') });
    test.cluster.argoCd.notifyPush(url);
    await test.clock.advance(10_000);
    expect(stateOf(get('live'))).toBe(`Synced/Healthy@${await repository.head()}`);
  });

  it('does not try a failed revision again, and goes on with the next commit', async () => {
    const bad = deployment().replace('replicas: 1', 'replicas: -1');
    await repository.commit({ 'base/deployment.yaml': bad });
    update('live', (application) => {
      application.spec.syncPolicy = {
        ...application.spec.syncPolicy,
        retry: { limit: 1, backoff: { duration: '5s' } },
      };
    });
    test.cluster.argoCd.notifyPush(url);
    await test.clock.advance(20_000);
    const failed = get('live').status;
    expect(failed?.operationState).toMatchObject({ phase: 'Failed', retryCount: 1 });
    expect(failed?.operationState?.message).toContain('spec.replicas: Invalid value: -1');
    await test.clock.advance(400_000);
    expect(get('live').status?.operationState?.startedAt).toBe(failed?.operationState?.startedAt);
    expect(get('live').status?.conditions).toMatchObject([
      { type: 'SyncError', message: expect.stringContaining('Failed last sync attempt to') },
    ]);
    await repository.commit({ 'base/deployment.yaml': deployment() });
    test.cluster.argoCd.notifyPush(url);
    await test.clock.advance(5_000);
    expect(stateOf(get('live'))).toBe(`Synced/Healthy@${await repository.head()}`);
  });

  it('says so when the path cannot be rendered, and keeps what runs', async () => {
    await repository.commit({ 'overlays/live/kustomization.yaml': `${overlay('1.3.0')}helmCharts: []\n` });
    test.cluster.argoCd.notifyPush(url);
    await test.clock.advance(5_000);
    expect(get('live').status).toMatchObject({
      sync: { status: 'Unknown' },
      conditions: [{ type: 'ComparisonError', message: expect.stringContaining('helmCharts') }],
    });
    expect(imageOf()).toBe('registry.test/web:1.3.0');
    await repository.commit({ 'overlays/live/kustomization.yaml': overlay('1.3.0') });
    test.cluster.argoCd.notifyPush(url);
    await test.clock.advance(5_000);
    expect(get('live').status?.sync?.status).toBe('Synced');
  });

  it('takes its resources along when it is deleted', async () => {
    test.cluster.registry.delete(applications(), 'argocd', 'live');
    await test.clock.advance(10_000);
    expect(test.cluster.registry.find(deployments, 'live', 'web')).toBeUndefined();
    expect(test.cluster.registry.find(applications(), 'argocd', 'live')).toBeUndefined();
    expect(test.cluster.registry.find(namespaces, '', 'live')).toBeDefined();
  });
});

describe('a manually synced application', () => {
  it('is OutOfSync and Missing until an operation syncs it, at the revision asked for', async () => {
    const revision = await repository.head();
    await repository.commit({ 'overlays/live/kustomization.yaml': overlay('9.9.9') });
    create('manual', { syncPolicy: { syncOptions: ['CreateNamespace=true'] } });
    await test.clock.advance(5_000);
    expect(get('manual').status).toMatchObject({ sync: { status: 'OutOfSync' }, health: { status: 'Missing' } });
    update('manual', (application) => {
      application.operation = { sync: { revision }, initiatedBy: { username: 'someone' } };
    });
    await test.clock.advance(5_000);
    expect(get('manual').operation).toBeUndefined();
    expect(get('manual').status?.operationState).toMatchObject({ phase: 'Succeeded', syncResult: { revision } });
    expect(imageOf()).toBe('registry.test/web:1.3.0');
    expect(get('manual').status?.sync).toMatchObject({ status: 'OutOfSync', revision: await repository.head() });
  });

  it('runs its hooks before and after, and waits for each wave', async () => {
    const hook = (name: string, phase: string, image = 'registry.test/hook:1') => `apiVersion: batch/v1
kind: Job
metadata: {name: ${name}, annotations: {argocd.argoproj.io/hook: ${phase}}}
spec: {backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: main, image: ${image}}]}}}
`;
    await repository.commit({
      'waves/before.yaml': hook('migrate', 'PreSync'),
      'waves/web.yaml': deployment('registry.test/web:4'),
      'waves/after.yaml': hook('smoke', 'PostSync'),
    });
    create('waves', {
      source: { repoURL: url, targetRevision: 'main', path: 'waves' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'waves' },
    });
    const order: string[] = [];
    test.cluster.registry.store.subscribe(({ type, object }) => {
      if (type === 'ADDED' && ['Job', 'Deployment'].includes(object.kind)) order.push(object.metadata.name);
    });
    await test.clock.advance(20_000);
    expect(order).toEqual(['migrate', 'web', 'smoke']);
    expect(stateOf(get('waves'))).toBe(`Synced/Healthy@${await repository.head()}`);
    expect(
      get('waves').status?.operationState?.syncResult?.resources.map(({ name, hookPhase }) => [name, hookPhase]),
    ).toEqual([
      ['migrate', 'Succeeded'],
      ['web', undefined],
      ['smoke', 'Succeeded'],
    ]);
    await repository.commit({
      'waves/before.yaml': hook('migrate', 'PreSync', 'registry.test/hook:crash'),
      'waves/web.yaml': deployment('registry.test/web:5'),
    });
    update('waves', (application) => {
      application.spec.syncPolicy = { ...application.spec.syncPolicy, retry: { limit: 0 } };
    });
    test.cluster.argoCd.notifyPush(url);
    await test.clock.advance(20_000);
    expect(get('waves').status?.operationState?.phase).toBe('Failed');
    const live = test.cluster.registry.get<Deployment>(deployments, 'waves', 'web');
    expect(live.spec.template.spec.containers[0]?.image).toBe('registry.test/web:4');
    expect(test.cluster.registry.find(jobs, 'waves', 'migrate')).toBeDefined();
  });

  it('stops waiting when its operation is terminated', async () => {
    const endless =
      'apiVersion: batch/v1\nkind: Job\nmetadata: {name: endless, annotations: {argocd.argoproj.io/hook: PreSync}}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "registry.test/hook:pull-error"}]}}}\n';
    await repository.commit({ 'endless/hook.yaml': endless, 'endless/web.yaml': deployment() });
    create('endless', {
      source: { repoURL: url, targetRevision: 'main', path: 'endless' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'endless' },
    });
    await test.clock.advance(30_000);
    expect(get('endless').status?.operationState).toMatchObject({
      phase: 'Running',
      message: 'waiting for completion of hook batch/Job/endless',
    });
    update('endless', (application) => {
      application.status!.operationState!.phase = 'Terminating';
    });
    await test.clock.advance(5_000);
    expect(get('endless').status?.operationState).toMatchObject({ phase: 'Failed', message: 'Operation terminated' });
    expect(test.cluster.registry.find(deployments, 'endless', 'web')).toBeUndefined();
  });

  it('is refused for a branch, a repository or a destination that is not there', async () => {
    create('no-branch', { source: { repoURL: url, targetRevision: 'nowhere', path: 'waves' } });
    create('no-repository', { source: { repoURL: 'https://example.org/none.git', path: '.' } });
    create('no-destination', { destination: { server: 'https://elsewhere', namespace: 'x' } });
    await test.clock.advance(1_000);
    const messages = ['no-branch', 'no-repository', 'no-destination'].map(
      (name) => get(name).status?.conditions?.[0]?.message,
    );
    expect(messages[0]).toContain("unable to resolve 'nowhere' to a commit SHA");
    expect(messages[1]).toContain('does not appear to be a git repository');
    expect(messages[2]).toContain('there are no clusters with this server https://elsewhere');
  });
});

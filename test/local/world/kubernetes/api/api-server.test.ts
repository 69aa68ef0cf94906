import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ApiException,
  ApiextensionsV1Api,
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubernetesObjectApi,
  PatchStrategy,
  setHeaderOptions,
  VersionApi,
  Watch,
} from '@kubernetes/client-node';
import type { KubernetesObject } from '../../../../../local/world/kubernetes/resources/kubernetes-object.ts';
import { buildDeployment, startTestCluster, type TestCluster } from '../start-test-cluster.ts';

let test: TestCluster;
let core: CoreV1Api;
let apps: AppsV1Api;

beforeAll(async () => {
  test = await startTestCluster();
  core = test.kubeConfig.makeApiClient(CoreV1Api);
  apps = test.kubeConfig.makeApiClient(AppsV1Api);
});
afterAll(() => test.stop());

const configMap = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}) => ({
  namespace: 'shop',
  body: { metadata: { name, labels }, data },
});

/** The Status that a refused call was answered with. */
async function refusalOf(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiException)) throw new Error(`a refusal was expected, got ${String(error)}`);
  const body: unknown = error.body;
  return (typeof body === 'string' ? JSON.parse(body) : body) as {
    kind: string;
    code: number;
    reason: string;
    message: string;
  };
}

const generationOf = (object: object) => (object as KubernetesObject).metadata.generation;

describe('objects over the API', () => {
  it('are created with uid, version and time, read back, replaced and deleted', async () => {
    const created = await core.createNamespacedConfigMap(configMap('plain', { a: '1' }));
    expect(created.metadata).toMatchObject({ name: 'plain', namespace: 'shop' });
    expect(created.metadata?.uid).toMatch(/^[0-9a-f-]{36}$/);
    const read = await core.readNamespacedConfigMap({ name: 'plain', namespace: 'shop' });
    read.data = { a: '2' };
    const replaced = await core.replaceNamespacedConfigMap({ name: 'plain', namespace: 'shop', body: read });
    expect(replaced.data).toEqual({ a: '2' });
    expect(Number(replaced.metadata?.resourceVersion)).toBeGreaterThan(Number(created.metadata?.resourceVersion));
    await core.deleteNamespacedConfigMap({ name: 'plain', namespace: 'shop' });
    const gone = await refusalOf(core.readNamespacedConfigMap({ name: 'plain', namespace: 'shop' }));
    expect(gone).toMatchObject({
      kind: 'Status',
      code: 404,
      reason: 'NotFound',
      message: 'configmaps "plain" not found',
    });
  });

  it('get a random name from generateName', async () => {
    const body = { metadata: { generateName: 'made-' } };
    const { metadata } = await core.createNamespacedConfigMap({ namespace: 'shop', body });
    expect(metadata?.name).toMatch(/^made-[a-z0-9]{5}$/);
  });

  it('are refused with 409 when they exist, 404 in a missing namespace, 422 with a bad name', async () => {
    await core.createNamespacedConfigMap(configMap('twice'));
    expect(await refusalOf(core.createNamespacedConfigMap(configMap('twice')))).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "twice" already exists',
    });
    expect(await refusalOf(core.createNamespacedConfigMap({ ...configMap('x'), namespace: 'none' }))).toMatchObject({
      code: 404,
      message: 'namespaces "none" not found',
    });
    expect(await refusalOf(core.createNamespacedConfigMap(configMap('Not_Valid')))).toMatchObject({
      code: 422,
      reason: 'Invalid',
    });
  });

  it('are not replaced on the ground of a stale version', async () => {
    const first = await core.createNamespacedConfigMap(configMap('contended', { a: '1' }));
    await core.replaceNamespacedConfigMap({
      name: 'contended',
      namespace: 'shop',
      body: { ...first, data: { a: '2' } },
    });
    const late = core.replaceNamespacedConfigMap({
      name: 'contended',
      namespace: 'shop',
      body: { ...first, data: { a: '3' } },
    });
    expect(await refusalOf(late)).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "contended": the object has been modified; please apply your changes to the latest version and try again',
    });
  });

  it('keep their version when an update changes nothing', async () => {
    const first = await core.createNamespacedConfigMap(configMap('same', { a: '1' }));
    const again = await core.replaceNamespacedConfigMap({ name: 'same', namespace: 'shop', body: first });
    expect(again.metadata?.resourceVersion).toBe(first.metadata?.resourceVersion);
  });

  it('are not stored by a dry run', async () => {
    await core.createNamespacedConfigMap({ ...configMap('dry'), dryRun: 'All' });
    expect((await refusalOf(core.readNamespacedConfigMap({ name: 'dry', namespace: 'shop' }))).code).toBe(404);
  });

  it('stay until their finalizers are removed', async () => {
    const body = { metadata: { name: 'held', finalizers: ['example.org/hold'] } };
    await core.createNamespacedConfigMap({ namespace: 'shop', body });
    await core.deleteNamespacedConfigMap({ name: 'held', namespace: 'shop' });
    const held = await core.readNamespacedConfigMap({ name: 'held', namespace: 'shop' });
    expect(held.metadata?.deletionTimestamp).toBeDefined();
    held.metadata!.finalizers = [];
    await core.replaceNamespacedConfigMap({ name: 'held', namespace: 'shop', body: held });
    expect((await refusalOf(core.readNamespacedConfigMap({ name: 'held', namespace: 'shop' }))).code).toBe(404);
  });

  it('bump their generation with the spec, not with labels or status', async () => {
    const created = await apps.createNamespacedDeployment({
      namespace: 'shop',
      body: buildDeployment('generations', 'registry.test/a:1', { paused: true }),
    });
    expect(created.metadata?.generation).toBe(1);
    const objects = KubernetesObjectApi.makeApiClient(test.kubeConfig);
    const identity = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'generations', namespace: 'shop' },
    };
    const patch = (change: object) =>
      objects.patch({
        ...identity,
        ...change,
        metadata: { ...identity.metadata, ...(change as typeof identity).metadata },
      });
    const labelled = await patch({ metadata: { labels: { x: 'y' } } });
    expect(generationOf(labelled)).toBe(1);
    const scaled = await patch({ spec: { replicas: 3 } });
    expect(generationOf(scaled)).toBe(2);
    await apps.deleteNamespacedDeployment({ name: 'generations', namespace: 'shop' });
  });
});

describe('lists', () => {
  beforeAll(async () => {
    for (const [name, tier] of [
      ['l1', 'front'],
      ['l2', 'back'],
      ['l3', 'back'],
    ] as const)
      await core.createNamespacedConfigMap(configMap(name, {}, { list: 'yes', tier }));
  });
  const names = (list: { items: { metadata?: { name?: string } }[] }) => list.items.map((item) => item.metadata?.name);

  it.each([
    ['list=yes', ['l1', 'l2', 'l3']],
    ['list=yes,tier!=front', ['l2', 'l3']],
    ['list,tier in (front, other)', ['l1']],
    ['list,tier notin (back)', ['l1']],
    ['list,!tier', []],
  ])('select by label with %s', async (labelSelector, expected) => {
    expect(names(await core.listNamespacedConfigMap({ namespace: 'shop', labelSelector }))).toEqual(expected);
  });

  it('select by field, and refuse fields that the type does not offer', async () => {
    const found = await core.listConfigMapForAllNamespaces({
      fieldSelector: 'metadata.name=l2,metadata.namespace=shop',
    });
    expect(names(found)).toEqual(['l2']);
    const refused = await refusalOf(core.listNamespacedConfigMap({ namespace: 'shop', fieldSelector: 'data.a=1' }));
    expect(refused).toMatchObject({ code: 400, message: 'field label not supported: data.a' });
  });

  it('come in pages that add up to the whole', async () => {
    const query = { namespace: 'shop', labelSelector: 'list=yes', limit: 2 };
    const first = await core.listNamespacedConfigMap(query);
    expect(names(first)).toEqual(['l1', 'l2']);
    expect(first.metadata?.remainingItemCount).toBe(1);
    const second = await core.listNamespacedConfigMap({ ...query, _continue: first.metadata?._continue });
    expect(names(second)).toEqual(['l3']);
    expect(second.metadata?._continue).toBeUndefined();
  });
});

describe('patches', () => {
  const patch = (name: string, body: object, strategy: string, options: Record<string, unknown> = {}) =>
    apps.patchNamespacedDeployment(
      { name, namespace: 'shop', body, ...options },
      setHeaderOptions('Content-Type', strategy),
    );

  beforeAll(async () => {
    const body = buildDeployment('patched', 'registry.test/a:1', { replicas: 0 });
    await apps.createNamespacedDeployment({ namespace: 'shop', body });
  });

  it('merge keyed lists item by item when strategic', async () => {
    const containers = [{ name: 'patched', env: [{ name: 'A', value: '1' }] }];
    await patch('patched', { spec: { template: { spec: { containers } } } }, PatchStrategy.StrategicMergePatch);
    const more = [{ name: 'patched', env: [{ name: 'B', value: '2' }] }];
    const result = await patch(
      'patched',
      { spec: { template: { spec: { containers: more } } } },
      PatchStrategy.StrategicMergePatch,
    );
    const [container] = result.spec?.template.spec?.containers ?? [];
    expect(container?.image).toBe('registry.test/a:1');
    expect(container?.env).toEqual([
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ]);
  });

  it('replace members and remove nulls when merged', async () => {
    await patch('patched', { metadata: { annotations: { keep: '1', drop: '2' } } }, PatchStrategy.MergePatch);
    const result = await patch('patched', { metadata: { annotations: { drop: null } } }, PatchStrategy.MergePatch);
    expect(result.metadata?.annotations).toMatchObject({ keep: '1' });
    expect(result.metadata?.annotations).not.toHaveProperty('drop');
  });

  it('apply operations when JSON, and refuse a failed test with 422', async () => {
    const done = await patch(
      'patched',
      [{ op: 'replace', path: '/spec/minReadySeconds', value: 5 }].map((operation) => ({ ...operation, op: 'add' })),
      PatchStrategy.JsonPatch,
    );
    expect(done.spec?.minReadySeconds).toBe(5);
    const failing = [{ op: 'test', path: '/spec/minReadySeconds', value: 6 }];
    expect(await refusalOf(patch('patched', failing, PatchStrategy.JsonPatch))).toMatchObject({
      code: 422,
      reason: 'Invalid',
    });
  });

  it('are refused with 415 in an unknown format', async () => {
    expect((await refusalOf(patch('patched', {}, 'application/json'))).code).toBe(415);
  });

  it('cannot change a selector', async () => {
    const change = {
      spec: {
        selector: { matchLabels: { app: 'patched', more: 'x' } },
        template: { metadata: { labels: { more: 'x' } } },
      },
    };
    expect(await refusalOf(patch('patched', change, PatchStrategy.StrategicMergePatch))).toMatchObject({
      code: 422,
      message: expect.stringContaining('field is immutable') as unknown as string,
    });
  });

  it('own what they apply on the server side, and conflict over what another owns', async () => {
    const configuration = (replicas: number) => ({
      ...buildDeployment('applied', 'registry.test/a:1'),
      spec: { ...buildDeployment('applied', 'registry.test/a:1').spec, replicas },
    });
    const apply = (manager: string, replicas: number, force = false) =>
      patch('applied', configuration(replicas), PatchStrategy.ServerSideApply, { fieldManager: manager, force });
    const created = await apply('one', 0);
    expect(created.metadata?.managedFields).toMatchObject([{ manager: 'one', operation: 'Apply' }]);
    const refused = await refusalOf(apply('two', 1));
    expect(refused).toMatchObject({ code: 409, reason: 'Conflict' });
    expect(refused.message).toBe('Apply failed with 1 conflict: conflict with "one": .spec.replicas');
    const forced = await apply('two', 1, true);
    expect(forced.spec?.replicas).toBe(1);
    expect((await refusalOf(apply('one', 0))).message).toContain('conflict with "two": .spec.replicas');
  });

  it('take out what the same manager no longer applies, and nothing else', async () => {
    const apply = (data: Record<string, string>) =>
      core.patchNamespacedConfigMap(
        {
          name: 'shared',
          namespace: 'shop',
          body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' }, data },
          fieldManager: 'one',
        },
        setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
      );
    await apply({ a: '1', b: '2' });
    const body = { data: { c: '3' } };
    await core.patchNamespacedConfigMap(
      { name: 'shared', namespace: 'shop', body },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    expect((await apply({ a: '1' })).data).toEqual({ a: '1', c: '3' });
  });
});

describe('subresources', () => {
  it('scale what is scalable', async () => {
    await apps.createNamespacedDeployment({
      namespace: 'shop',
      body: buildDeployment('scaled', 'registry.test/a:1', { replicas: 0 }),
    });
    const scale = await apps.readNamespacedDeploymentScale({ name: 'scaled', namespace: 'shop' });
    expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 0 }, status: { selector: 'app=scaled' } });
    scale.spec = { replicas: 1 };
    await apps.replaceNamespacedDeploymentScale({ name: 'scaled', namespace: 'shop', body: scale });
    expect((await apps.readNamespacedDeployment({ name: 'scaled', namespace: 'shop' })).spec?.replicas).toBe(1);
  });

  it('write status only through /status, and the rest only beside it', async () => {
    const read = await apps.readNamespacedDeployment({ name: 'patched', namespace: 'shop' });
    const body = { ...read, spec: { ...read.spec!, replicas: 9 }, status: { ...read.status, collisionCount: 7 } };
    const written = await apps.replaceNamespacedDeploymentStatus({ name: 'patched', namespace: 'shop', body });
    expect(written.spec?.replicas).toBe(0);
    expect(written.status?.collisionCount).toBe(7);
  });
});

describe('watches', () => {
  it('tell what appears in, changes in and leaves the selection', async () => {
    const list = await core.listNamespacedConfigMap({ namespace: 'shop' });
    const seen: string[] = [];
    const watch = new Watch(test.kubeConfig);
    const finished = new Promise<void>((resolve, reject) => {
      void watch
        .watch(
          '/api/v1/namespaces/shop/configmaps',
          { resourceVersion: list.metadata?.resourceVersion, labelSelector: 'watched=yes' },
          (type, object: { metadata: { name: string } }) => {
            seen.push(`${type} ${object.metadata.name}`);
            if (type === 'DELETED') resolve();
          },
          reject,
        )
        .catch(reject);
    });
    await core.createNamespacedConfigMap(configMap('w1', {}, { watched: 'yes' }));
    await core.createNamespacedConfigMap(configMap('w2', {}, { watched: 'no' }));
    const w1 = await core.readNamespacedConfigMap({ name: 'w1', namespace: 'shop' });
    const changed = await core.replaceNamespacedConfigMap({
      name: 'w1',
      namespace: 'shop',
      body: { ...w1, data: { x: '1' } },
    });
    await core.replaceNamespacedConfigMap({
      name: 'w1',
      namespace: 'shop',
      body: { ...changed, metadata: { ...changed.metadata, labels: {} } },
    });
    await finished;
    expect(seen).toEqual(['ADDED w1', 'MODIFIED w1', 'DELETED w1']);
  });

  it('are told 410 when they begin too far back', async () => {
    const events: { type: string; code?: number }[] = [];
    await new Promise<void>((resolve) => {
      void new Watch(test.kubeConfig).watch(
        '/api/v1/configmaps',
        { resourceVersion: '1' },
        (type, object: { code?: number }) => events.push({ type, ...(object.code ? { code: object.code } : {}) }),
        () => resolve(),
      );
      // The changes since version 1 are still remembered in a young cluster: push them out.
      for (let index = 0; index < 11_000; index += 1)
        test.cluster.registry.update(
          test.cluster.registry.types.findResource('', 'configmaps')!,
          'shop',
          'l1',
          (object) => ({ ...object, data: { index: String(index) } }),
        );
      void new Watch(test.kubeConfig).watch(
        '/api/v1/configmaps',
        { resourceVersion: '1' },
        (type, object: { code?: number }) => events.push({ type, ...(object.code ? { code: object.code } : {}) }),
        () => resolve(),
      );
    });
    expect(events).toContainEqual({ type: 'ERROR', code: 410 });
  });
});

describe('custom resources', () => {
  const definition = {
    metadata: { name: 'gadgets.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object' } },
          subresources: { status: {} },
        },
      ],
    },
  };

  it('are served as soon as they are defined, and go with their definition', async () => {
    const custom = test.kubeConfig.makeApiClient(CustomObjectsApi);
    const extensions = test.kubeConfig.makeApiClient(ApiextensionsV1Api);
    const place = { group: 'example.org', version: 'v1', namespace: 'shop', plural: 'gadgets' };
    expect((await refusalOf(custom.listNamespacedCustomObject(place))).code).toBe(404);
    await extensions.createCustomResourceDefinition({ body: definition });
    const body = {
      apiVersion: 'example.org/v1',
      kind: 'Gadget',
      metadata: { name: 'g' },
      spec: { any: [1, { deep: true }] },
    };
    const created = await custom.createNamespacedCustomObject({ ...place, body });
    expect(created).toMatchObject({ spec: { any: [1, { deep: true }] }, metadata: { generation: 1 } });
    await extensions.deleteCustomResourceDefinition({ name: 'gadgets.example.org' });
    expect((await refusalOf(custom.listNamespacedCustomObject(place))).code).toBe(404);
  });

  it('of Argo CD, Flagger, cert-manager and Sealed Secrets are there from the start', async () => {
    const custom = test.kubeConfig.makeApiClient(CustomObjectsApi);
    for (const [group, version, plural] of [
      ['argoproj.io', 'v1alpha1', 'applications'],
      ['flagger.app', 'v1beta1', 'canaries'],
      ['cert-manager.io', 'v1', 'certificates'],
      ['bitnami.com', 'v1alpha1', 'sealedsecrets'],
    ] as const)
      expect(await custom.listNamespacedCustomObject({ group, version, plural, namespace: 'shop' })).toMatchObject({
        items: [],
      });
  });
});

describe('requests', () => {
  it('without a token, or with a wrong one, are answered 401; the version is public', async () => {
    const stranger = test.kubeConfigFor('wrong');
    await expect(stranger.makeApiClient(CoreV1Api).listNamespace()).rejects.toMatchObject({ code: 401 });
    expect((await stranger.makeApiClient(VersionApi).getCode()).major).toBe('1');
  });
});

import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
} from '../../../../../local/world/kubernetes/resources/built-in-types.ts';
import { startTestCluster, type TestCluster } from '../start-test-cluster.ts';

let test: TestCluster;
beforeAll(async () => {
  test = await startTestCluster({ authenticate: (token) => ({ username: token, groups: [] }) });
  const { registry } = test.cluster;
  registry.create(clusterRoles, {
    metadata: { name: 'act-as' },
    rules: [
      { apiGroups: [''], resources: ['users'], verbs: ['impersonate'], resourceNames: ['jane'] },
      { apiGroups: [''], resources: ['groups'], verbs: ['impersonate'], resourceNames: ['developers', 'testers'] },
      { apiGroups: ['authentication.k8s.io'], resources: ['userextras/scopes'], verbs: ['impersonate'] },
    ],
  });
  registry.create(clusterRoleBindings, {
    metadata: { name: 'act-as' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'act-as' },
    subjects: [{ kind: 'User', name: 'front' }],
  });
  registry.create(roleBindings, {
    metadata: { name: 'view', namespace: 'shop' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'Group', name: 'developers' }],
  });
});
afterAll(() => test.stop());

async function listPods(token: string, headers: Record<string, string | string[]>, namespace = 'shop') {
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number; message: string }>();
  const ca = Buffer.from(test.cluster.certificateAuthorityData, 'base64');
  const url = `${test.cluster.url}/api/v1/namespaces/${namespace}/pods`;
  request(url, { ca, headers: { authorization: `Bearer ${token}`, ...headers } }, (response) => {
    text(response).then((body) => {
      resolve({ code: response.statusCode ?? 0, message: (JSON.parse(body) as { message?: string }).message ?? '' });
    }, reject);
  })
    .on('error', reject)
    .end();
  return promise;
}

describe('impersonation', () => {
  it('gives the caller exactly the rights of the user and the groups that it names', async () => {
    expect(await listPods('front', {})).toMatchObject({ code: 403 });
    const asDeveloper = { 'impersonate-user': 'jane', 'impersonate-group': ['testers', 'developers'] };
    expect(await listPods('front', asDeveloper)).toEqual({ code: 200, message: '' });
    const elsewhere = await listPods('front', asDeveloper, 'default');
    expect(elsewhere).toMatchObject({ code: 403, message: expect.stringContaining('User "jane" cannot list') });
  });

  it('takes from an administrator what the user may not', async () => {
    const administrator = test.cluster.administratorToken;
    expect(await listPods(administrator, {})).toMatchObject({ code: 200 });
    expect(await listPods(administrator, { 'impersonate-user': 'nobody' })).toMatchObject({ code: 403 });
    expect(
      await listPods(administrator, { 'impersonate-user': 'root', 'impersonate-group': 'system:masters' }),
    ).toMatchObject({ code: 200 });
  });

  it.each([
    [
      'user',
      { 'impersonate-user': 'root' },
      'users "root" is forbidden: User "front" cannot impersonate resource "users"',
    ],
    [
      'group',
      { 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' },
      'groups "system:masters" is forbidden',
    ],
    ['service account', { 'impersonate-user': 'system:serviceaccount:shop:web' }, 'in the namespace "shop"'],
    ['uid', { 'impersonate-user': 'jane', 'impersonate-uid': '7' }, 'uids.authentication.k8s.io "7" is forbidden'],
  ])('of a %s needs the verb for that very name', async (_what, headers, message) => {
    const refusal = await listPods('front', headers);
    expect(refusal).toMatchObject({ code: 403, message: expect.stringContaining(message) });
  });

  it('checks extra fields, each by its key', async () => {
    const asDeveloper = { 'impersonate-user': 'jane', 'impersonate-group': 'developers' };
    expect(await listPods('front', { ...asDeveloper, 'impersonate-extra-scopes': 'view' })).toMatchObject({
      code: 200,
    });
    expect(await listPods('front', { ...asDeveloper, 'impersonate-extra-team': 'a' })).toMatchObject({
      code: 403,
      message: expect.stringContaining('userextras/team'),
    });
  });

  it('needs a user', async () => {
    const answer = await listPods('front', { 'impersonate-group': 'developers' });
    expect(answer).toMatchObject({ code: 500, message: expect.stringContaining('without impersonating a user') });
  });
});

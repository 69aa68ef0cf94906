import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { buildKustomization } from '../../../../../local/world/kubernetes/argocd/kustomize/build-kustomization.ts';
import type { KubernetesObject } from '../../../../../local/world/kubernetes/resources/kubernetes-object.ts';
import { findKubectl } from '../find-kubectl.ts';

const run = promisify(execFile);
const kubectl = findKubectl();

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: runner
      initContainers: [{name: init, image: "registry.test/tool:1"}]
      containers:
      - name: web
        image: registry.test/web:0
        env: [{name: A, value: "1"}]
        envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: keys}}]
`;
const base = {
  'base/kustomization.yaml': 'resources: [deployment.yaml, others.yaml]\n',
  'base/deployment.yaml': deployment,
  'base/others.yaml': `apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: runner}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: runner}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: runner}]
---
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: web}
spec: {analysis: {metrics: [{name: success}]}, targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
`,
};

const cases: [string, Record<string, string>][] = [
  [
    'a namespace, also for what names it',
    {
      'overlay/kustomization.yaml': 'namespace: live\nresources: [../base, ns.yaml]\n',
      'overlay/ns.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n',
    },
  ],
  [
    'image tags, digests and new names',
    {
      'overlay/kustomization.yaml': `resources: [../base]\nimages:\n- {name: registry.test/web, newTag: "2.0", newName: other.test/web}\n- {name: registry.test/tool, digest: "sha256:${'b'.repeat(64)}"}\n`,
    },
  ],
  [
    'labels with and without selectors',
    {
      'overlay/kustomization.yaml':
        'resources: [../base]\nlabels:\n- {pairs: {team: a}}\n- {pairs: {tier: b}, includeSelectors: true}\n- {pairs: {zone: c}, includeTemplates: true}\n',
    },
  ],
  [
    'common labels and annotations',
    {
      'overlay/kustomization.yaml': 'resources: [../base]\ncommonLabels: {env: live}\ncommonAnnotations: {note: "x"}\n',
    },
  ],
  [
    'prefixes and suffixes, followed by references',
    { 'overlay/kustomization.yaml': 'resources: [../base]\nnamePrefix: a-\nnameSuffix: -z\n' },
  ],
  ['replica counts', { 'overlay/kustomization.yaml': 'resources: [../base]\nreplicas: [{name: web, count: 5}]\n' }],
  [
    'a strategic patch from a file',
    {
      'overlay/kustomization.yaml': 'resources: [../base]\npatches: [{path: p.yaml}]\n',
      'overlay/p.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: "x:9", resources: {limits: {cpu: 1}}}]}}}\n',
    },
  ],
  [
    'an inline JSON patch on a target by pattern',
    {
      'overlay/kustomization.yaml':
        'resources: [../base]\npatches:\n- target: {kind: Deploy.*, name: w.*}\n  patch: |-\n    - op: replace\n      path: /spec/replicas\n      value: 7\n',
    },
  ],
  [
    'a patch that deletes an object',
    {
      'overlay/kustomization.yaml': 'resources: [../base]\npatchesStrategicMerge: [d.yaml]\n',
      'overlay/d.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\n$patch: delete\n',
    },
  ],
  [
    'a patch of a custom resource',
    {
      'overlay/kustomization.yaml':
        'resources: [../base]\npatches:\n- patch: |-\n    apiVersion: flagger.app/v1beta1\n    kind: Canary\n    metadata: {name: web}\n    spec: {analysis: {metrics: [{name: latency}], interval: 1m}}\n',
    },
  ],
  [
    'generated config maps and secrets under hashed names',
    {
      'overlay/kustomization.yaml':
        'resources: [../base]\nconfigMapGenerator:\n- {name: settings, literals: [a=1, "b=x <y> & z"], files: [f.txt]}\nsecretGenerator:\n- {name: keys, literals: [k=v]}\n',
      'overlay/f.txt': 'line\n',
    },
  ],
  [
    'generated config maps without a hash',
    {
      'overlay/kustomization.yaml':
        'resources: [../base]\ngeneratorOptions: {disableNameSuffixHash: true, labels: {g: "1"}}\nconfigMapGenerator: [{name: settings, envs: [e.env]}]\n',
      'overlay/e.env': '# comment\nA=1\nB=2\n',
    },
  ],
];

const identify = (object: KubernetesObject) => `${object.kind}/${object.metadata.name}`;
const sorted = (objects: readonly unknown[]) =>
  (objects as KubernetesObject[]).toSorted((a, b) => identify(a).localeCompare(identify(b)));

async function buildWithKubectl(command: string, files: Readonly<Record<string, string>>): Promise<unknown[]> {
  const directory = await mkdtemp(join(tmpdir(), 'kustomize-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), text);
    }
    const { stdout } = await run(command, ['kustomize', join(directory, 'overlay')]);
    return parseAllDocuments(stdout).map((document) => document.toJS() as unknown);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const build = (files: Readonly<Record<string, string>>) =>
  buildKustomization(new Map(Object.entries({ ...base, ...files })), 'overlay');

describe('a kustomization', () => {
  // The real kustomize inside kubectl is the judge; without kubectl there is nothing to compare with.
  (kubectl ? it.each(cases) : it.skip.each(cases))('renders %s as kustomize does', async (_what, files) => {
    expect(sorted(build(files))).toEqual(sorted(await buildWithKubectl(kubectl ?? '', { ...base, ...files })));
  });

  it('renames a generated config map with its content', () => {
    const nameOf = (value: string) => {
      const objects = build({
        'overlay/kustomization.yaml': `resources: [../base]\nconfigMapGenerator: [{name: settings, literals: [a=${value}]}]\n`,
      });
      return (objects as unknown as KubernetesObject[]).find((object) => object.kind === 'ConfigMap')?.metadata.name;
    };
    expect(nameOf('1')).toMatch(/^settings-[a-z0-9]{10}$/);
    expect(nameOf('1')).not.toBe(nameOf('2'));
  });

  it.each([
    ['an unknown field', 'resources: [../base]\nhelmCharts: []\n', 'got the field helmCharts'],
    ['a path out of the repository', 'resources: [../../etc]\n', "resource '../../etc' is outside of the repository"],
    ['a remote resource', 'resources: ["https://example.org/x"]\n', 'is outside of the repository'],
    ['a missing file', 'resources: [none.yaml]\n', "'overlay/none.yaml' doesn't exist"],
    ['a cycle', 'resources: [../overlay]\n', 'cycle detected'],
    [
      'a patch without a target',
      'resources: [../base]\npatches: [{patch: "{apiVersion: v1, kind: Service, metadata: {name: none}}"}]\n',
      'no matches for Id Service none',
    ],
  ])('is refused for %s', (_what, kustomization, message) => {
    expect(() => build({ 'overlay/kustomization.yaml': kustomization })).toThrow(message);
  });
});

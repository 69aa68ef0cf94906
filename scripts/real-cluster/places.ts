// Versions and places of the real cluster: what is built or unpacked is kept outside the tree, for every clone on this machine.
import { homedir } from 'node:os';
import { join } from 'node:path';

export const kubernetesVersion = 'v1.34.4';

/** Go modules that carry CustomResourceDefinitions; read from the module cache when a cluster starts, never copied into the tree. */
export const definitionModules = [
  { module: 'github.com/argoproj/argo-cd/v3', version: 'v3.3.0', files: 'manifests/crds/*-crd.yaml' },
  { module: 'github.com/fluxcd/flagger', version: 'v1.36.1', files: 'artifacts/flagger/crd.yaml' },
  { module: 'github.com/cert-manager/cert-manager', version: 'v1.21.2', files: 'deploy/crds/*.yaml' },
  { module: 'github.com/cloudnative-pg/cloudnative-pg', version: 'v1.30.0', files: 'config/crd/bases/*.yaml' },
  { module: 'github.com/cloudnative-pg/plugin-barman-cloud', version: 'v0.15.0', files: 'config/crd/bases/*.yaml' },
] as const;

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pyairtable-automation', 'real-cluster');

export const buildDirectory = join(cache, `kubernetes-${kubernetesVersion}`);
export const apiServerProgram = join(buildDirectory, 'kube-apiserver');
export const etcdDirectory = join(cache, 'etcd-server');

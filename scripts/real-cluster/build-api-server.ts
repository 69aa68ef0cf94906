// Builds kube-apiserver from its Go module. The published module lacks the folders that it calls `staging`: they are modules of their own,
// which a small go.mod outside of the tree puts into their places.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasEtcd } from './find-etcd.ts';
import { apiServerProgram, buildDirectory, definitionModules, kubernetesVersion } from './places.ts';
import { runCommand } from './run-command.ts';

/** The folder of a module in Go's cache, fetched when it is not there. */
export function findModule(module: string, version: string): string {
  mkdirSync(buildDirectory, { recursive: true });
  const answer = runCommand('go', ['mod', 'download', '-json', `${module}@${version}`], { cwd: buildDirectory });
  return (JSON.parse(answer) as { Dir: string }).Dir;
}

/** Whether a cluster can start from what is on this machine, with nothing to build and nothing to fetch. */
export function isComplete(): boolean {
  if (!existsSync(apiServerProgram) || !hasEtcd()) return false;
  try {
    for (const { module, version } of definitionModules)
      runCommand('go', ['mod', 'download', `${module}@${version}`], { cwd: buildDirectory, env: { GOPROXY: 'off' } });
    return true;
  } catch {
    return false;
  }
}

/** Minutes of work the first time; the result is kept. @throws Error when Go or the modules are not to be had. */
export function buildApiServer(): string {
  if (existsSync(apiServerProgram)) return apiServerProgram;
  const goMod = readFileSync(join(findModule('k8s.io/kubernetes', kubernetesVersion), 'go.mod'), 'utf8');
  const staged = [...goMod.matchAll(/^\s*(k8s\.io\/[\w-]+) => \.\/staging\//gm)].map(([, name]) => name);
  const stagedVersion = kubernetesVersion.replace(/^v1\./, 'v0.');
  const source = join(buildDirectory, 'source');
  mkdirSync(source, { recursive: true });
  writeFileSync(
    join(source, 'go.mod'),
    [
      'module automation.local/real-cluster',
      /^go .*$/m.exec(goMod)?.[0] ?? 'go 1.24.0',
      `require k8s.io/kubernetes ${kubernetesVersion}`,
      ...staged.map((name) => `replace ${name} => ${name} ${stagedVersion}`),
      '',
    ].join('\n\n'),
  );
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(kubernetesVersion) ?? [];
  const version = 'k8s.io/component-base/version';
  const flags = [
    '-s -w',
    `-X ${version}.gitVersion=${kubernetesVersion}`,
    `-X ${version}.gitMajor=${major}`,
    `-X ${version}.gitMinor=${minor}`,
  ];
  // One package at a time and at low priority: this machine has other things to do.
  const args = ['go', 'build', '-p', '1', '-mod=mod', '-trimpath', '-ldflags', flags.join(' '), '-o', apiServerProgram];
  runCommand('nice', ['-n', '15', ...args, 'k8s.io/kubernetes/cmd/kube-apiserver'], {
    cwd: source,
    env: { CGO_ENABLED: '0' },
  });
  return apiServerProgram;
}

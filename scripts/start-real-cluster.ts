// A real Kubernetes API server on this machine, for the contract suite or for you: see docs/local-runtime.md, "A real cluster".
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { buildApiServer, isComplete } from './real-cluster/build-api-server.ts';
import { findEtcd } from './real-cluster/find-etcd.ts';
import { apiServerProgram, kubernetesVersion } from './real-cluster/places.ts';
import { contextName, startApiServer } from './real-cluster/start-api-server.ts';

const program = new Command('npm run real-cluster --')
  .description(
    'Starts a real kube-apiserver over a real etcd, with the definitions and roles that the automation needs.',
  )
  .option(
    '--if-built',
    'does nothing, with exit code 0, where something would have to be built or fetched first',
    false,
  )
  .argument('[command...]', 'is run with KUBECONFIG and CLUSTER_CONTEXT set; the cluster ends with it')
  .passThroughOptions()
  .parse();
const [command, ...args] = program.args;

if (program.opts<{ ifBuilt: boolean }>().ifBuilt && !isComplete()) {
  console.log(
    `no complete Kubernetes ${kubernetesVersion} was built here: skipped (npm run real-cluster builds it, in about half an hour)`,
  );
  process.exit(0);
}
if (!existsSync(apiServerProgram)) console.log(`building kube-apiserver ${kubernetesVersion}, once, at low priority …`);
const cluster = await startApiServer({ apiServer: buildApiServer(), etcd: findEtcd() });
const variables = { KUBECONFIG: cluster.kubeConfig, CLUSTER_CONTEXT: contextName, CLUSTER_WITHOUT_CONTROLLERS: 'true' };
try {
  if (command === undefined) {
    console.log(`Kubernetes ${kubernetesVersion} is ready, until Ctrl-C:\n`);
    for (const [name, value] of Object.entries(variables)) console.log(`  export ${name}=${value}`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  } else {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...variables } });
    const [status] = (await once(child, 'exit')) as [number | null];
    process.exitCode = status ?? 1;
  }
} finally {
  await cluster.stop();
}

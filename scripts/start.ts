// `npm start`: synthesizes, brings the system up, plays the main job in front of the user, and stays up.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import colors from 'picocolors';
import { loadConfiguration } from '../config/load-configuration.ts';
import { type KubeContext, openKubeContext } from '../local/world/kubernetes/real-cluster/open-kube-context.ts';
import { findInCluster } from '../local/world/kubernetes/real-cluster/send-to-cluster.ts';
import { renderMissingObjects } from '../tour/render-missing-objects.ts';
import { startSystem } from '../tour/start-system.ts';
import { tours } from '../tour/tours.ts';
import { synthesize } from './synthesize.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const stopSeconds = 60;
const processStartedAt = Date.now() - performance.now();

const { cluster, exit, fresh, port, state, tour } = new Command('npm start --')
  .description('The deployment automation on this machine: no AWS account, no Docker.')
  .option('--exit', 'stop after the tour, with exit code 0 only if everything happened', false)
  .option('--fresh', 'forget what earlier runs left', false)
  .option('--port <number>', 'of the AWS endpoint; the following five are used too', (text) => Number(text), 4566)
  .addOption(new Option('--tour <name>', 'what is played').choices(Object.keys(tours)).default(Object.keys(tours)[0]))
  .option('--state <folder>', 'what is to survive a restart', join(root, '.local'))
  .option('--cluster <context>', 'a real cluster of your kubeconfig in place of the simulated ones')
  .parse()
  .opts<{ cluster?: string; exit: boolean; fresh: boolean; port: number; state: string; tour: string }>();

const kubeContext = cluster === undefined ? undefined : await openCluster(cluster);
if (fresh) rmSync(state, { recursive: true, force: true });
const assembly = synthesize();
console.log(colors.dim(`cdk.out ${assembly.fresh ? 'synthesized' : 'is up to date'} (${assembly.milliseconds} ms)`));
const system = await startSystem({
  configuration: loadConfiguration(join(root, 'config', 'pyairtable.yaml')),
  assemblyDirectory: assembly.directory,
  stateDirectory: state,
  gitOpsDirectory: join(root, 'gitops'),
  port,
  kubeContext,
}).catch(giveUp);
console.log(
  colors.dim(
    `ready at ${system.runtime.endpointUrl} (${((Date.now() - processStartedAt) / 1000).toFixed(1)} s after the start)\n`,
  ),
);

/** What happened is on disk at any moment, so that a stop which takes too long may be cut short. */
const stop = async (exitCode = 0): Promise<never> => {
  setTimeout(() => {
    console.error(colors.red(`the system did not stop within ${stopSeconds} s and was ended; nothing of it is lost`));
    process.exit(1);
  }, stopSeconds * 1000);
  await system.stop();
  process.exit(exitCode);
};
// Before the tour: who interrupts it leaves a state that the next start goes on from, and no process behind.
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());

const missing = renderMissingObjects(cluster ?? '', system.world.missingObjects);
if (missing !== '') console.log(missing);
const print = (line: string): void => console.log(line);
const succeeded = missing === '' && (await tours[tour]?.(system, print)) === true;
if (exit) await stop(succeeded ? 0 : 1);

const clone = new URL(system.world.github.url);
clone.username = 'ada-release';
clone.password = await system.world.github.createToken(clone.username, { expiresInSeconds: 24 * 3600 });
clone.pathname = `/${system.configuration.github.owner}/${system.configuration.github.repositories[0]}.git`;
console.log(`
${colors.bold('The system stays up.')} Try next, in another terminal:

  export AWS_ENDPOINT_URL=${system.runtime.endpointUrl}
  npm run --silent automation -- status
  npm run --silent automation -- executions
  npm run --silent automation -- explain api-gateway@<version>
  git clone -b develop ${clone}    (a push is promoted; "Simulate-Image: crash" in its message makes a bad release)
  curl -i -X POST ${system.deployment.apiUrl}/webhooks/github

Stop with Ctrl-C; what happened is kept in ${state} and goes on at the next start (npm start -- --fresh begins anew).`);

/** What a person can mend is said in a sentence; a stack would hide it. */
function giveUp(error: NodeJS.ErrnoException & { readonly port?: number }): never {
  const reason =
    error.code === 'EADDRINUSE'
      ? `port ${error.port} is in use: stop what listens there, or choose another with npm start -- --port <number>`
      : error.message;
  console.error(colors.red(`the system could not be started: ${reason}`));
  process.exit(1);
}

await system.runtime.stopRequested;
await stop();

/** Asked before anything starts, so that a wrong name or a cluster that is away is told at once. */
async function openCluster(name: string): Promise<KubeContext> {
  try {
    const context = await openKubeContext(name);
    await findInCluster(context, '/version');
    return context;
  } catch (error) {
    console.error(`npm start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}

// Brings the whole system up on this machine: the runtime on the synthesized assembly, and the world around it.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '../config/schema.ts';
import { type Deployment, deploymentParameterName, deploymentSchema } from '../contracts/deployment.ts';
import type { RuntimeContext } from '../local/runtime/context.ts';
import { operatorOf } from '../local/runtime/service.ts';
import { type Runtime, startRuntime } from '../local/runtime/start-runtime.ts';
import { connectWorld, readAccessEntries, readPodIdentities } from '../local/world/connect-world.ts';
import type { KubeContext } from '../local/world/kubernetes/real-cluster/open-kube-context.ts';
import { startWorld, type World, type WorldCredentials } from '../local/world/start-world.ts';
import { buildAgentImage } from './build-agent-image.ts';

export interface SystemOptions {
  readonly configuration: Configuration;
  readonly assemblyDirectory: string;
  /** Everything that is to survive a restart. */
  readonly stateDirectory: string;
  /** The folder that becomes the GitOps repository. */
  readonly gitOpsDirectory: string;
  /** Of the AWS endpoint; the API and the world take the following ones. 0: free ones. */
  readonly port: number;
  /** A real cluster in place of the simulated ones. */
  readonly kubeContext?: KubeContext | undefined;
  /** Told as soon as there is a clock and a trace, before anything starts. */
  onContext?(context: RuntimeContext): void;
}

export interface System {
  readonly configuration: Configuration;
  readonly runtime: Runtime;
  readonly world: World;
  readonly deployment: Deployment;
  stop(): Promise<void>;
}

export async function startSystem(options: SystemOptions): Promise<System> {
  const { configuration, port } = options;
  const portAt = (offset: number): number => (port === 0 ? 0 : port + offset);
  let surroundings: { readonly world: World; readonly deployment: Deployment } | undefined;
  const stopWorld = async (): Promise<void> => await surroundings?.world.stop();
  const runtime = await startRuntime({
    assemblyDirectory: options.assemblyDirectory,
    stateDirectory: join(options.stateDirectory, 'aws'),
    region: configuration.aws.primaryRegion,
    port,
    ...(port === 0 ? {} : { apiPort: portAt(1) }),
    onContext: (context) => options.onContext?.(context),
    // What goes on after a crash finds the world at its addresses.
    async beforeResumption({ context, endpointUrl }) {
      const deployment = await readDeployment(context, configuration);
      const credentials = keepCredentials(options.stateDirectory);
      const world = await startWorld({
        configuration,
        directory: join(options.stateDirectory, 'world'),
        gitOpsDirectory: options.gitOpsDirectory,
        clock: context.clock,
        trace: context.trace,
        endpointUrl,
        findAccessEntry: readAccessEntries(context, configuration),
        automationUrl: deployment.apiUrl,
        credentials,
        jobImages: { [configuration.backups.image]: buildAgentImage() },
        podEnvironment: readPodIdentities(context, endpointUrl),
        kubeContext: options.kubeContext,
        ports: { github: portAt(2), registry: portAt(3), slack: portAt(4), 'pager-duty': portAt(5) },
      });
      surroundings = { world, deployment };
      await connectWorld(context, configuration, world, credentials);
    },
  }).catch(async (error: unknown) => {
    await stopWorld();
    throw error;
  });
  if (surroundings === undefined) throw new Error('the runtime is ready and its world was never started');
  return {
    configuration,
    runtime,
    ...surroundings,
    async stop() {
      await runtime.stop();
      await stopWorld();
    },
  };
}

async function readDeployment(context: RuntimeContext, { application, aws }: Configuration): Promise<Deployment> {
  const { Parameter } = await context.call<{ Parameter: { Value: string } }>({
    service: 'ssm',
    operation: 'GetParameter',
    input: { Name: deploymentParameterName(application) },
    principal: operatorOf(context),
    region: aws.primaryRegion,
  });
  return deploymentSchema.parse(JSON.parse(Parameter.Value));
}

/** Made up at the first start and kept, as GitHub, Slack and Alertmanager keep theirs. */
function keepCredentials(directory: string): WorldCredentials {
  const file = join(directory, 'credentials.json');
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<WorldCredentials>) : {};
  const credentials = {
    webhookSecret: randomBytes(24).toString('hex'),
    pagerDutyRoutingKey: randomBytes(16).toString('hex'),
    slackToken: `xoxb-${randomBytes(16).toString('hex')}`,
    slackSigningSecret: randomBytes(16).toString('hex'),
    alertmanagerToken: randomBytes(24).toString('hex'),
    metricsToken: randomBytes(24).toString('hex'),
    argocdToken: randomBytes(24).toString('hex'),
    flaggerToken: randomBytes(24).toString('hex'),
    ...kept,
  };
  mkdirSync(directory, { recursive: true });
  // Renamed into place: a kill in mid-write would leave credentials that nobody else knows.
  writeFileSync(`${file}.new`, JSON.stringify(credentials), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return credentials;
}

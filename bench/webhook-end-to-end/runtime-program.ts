// Our side: the local runtime on the assembly, with the webhook's secret set as an operator sets it.
import { loadConfiguration } from '../../config/load-configuration.ts';
import { deploymentParameterName, deploymentSchema } from '../../contracts/deployment.ts';
import { startRuntime } from '../../local/runtime/start-runtime.ts';
import { readSettings, serveRounds } from '../contestant.ts';
import { webhookSecret } from '../read-push.ts';

/** Nothing has happened for so long: what the deliveries set off has been done. */
const quietMilliseconds = 300;

const { assembly, state, configurationFile } = readSettings<{
  readonly assembly: string;
  readonly state: string;
  readonly configurationFile: string;
}>();
const { application, aws } = loadConfiguration(configurationFile);
const runtime = await startRuntime({ assemblyDirectory: assembly, stateDirectory: state, port: 0 });
const { context } = runtime;
const { accountId } = context;
const principal = { kind: 'operator', arn: `arn:aws:iam::${accountId}:user/operator`, accountId } as const;
const call = <Output extends object>(service: string, operation: string, input: object): Promise<Output> =>
  context.call<Output>({ service, operation, input, principal, region: aws.primaryRegion });

await call('secretsmanager', 'PutSecretValue', {
  SecretId: `${application}/automation/github-webhook`,
  SecretString: JSON.stringify({ current: webhookSecret }),
});
const { Parameter } = await call<{ Parameter: { Value: string } }>('ssm', 'GetParameter', {
  Name: deploymentParameterName(application),
});
const { apiUrl } = deploymentSchema.parse(JSON.parse(Parameter.Value));

let lastActivityAt = performance.now();
context.trace.subscribe(() => {
  lastActivityAt = performance.now();
});

/** Gives the webhook's URL once everything that earlier deliveries set off has been done. */
function settle(): Promise<string> {
  return new Promise((resolve) => {
    const check = () => {
      const rest = lastActivityAt + quietMilliseconds - performance.now();
      if (rest > 0) setTimeout(check, rest);
      else resolve(`${apiUrl}/webhooks/github`);
    };
    check();
  });
}

serveRounds(settle, () => runtime.stop());

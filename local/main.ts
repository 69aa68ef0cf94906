// Runs a cloud assembly on this machine: `node local/main.ts --assembly cdk.out --state .local --port 4566`.
import { parseArgs } from 'node:util';
import { startRuntime } from './runtime/start-runtime.ts';

const { values } = parseArgs({
  options: {
    assembly: { type: 'string', default: 'cdk.out' },
    state: { type: 'string', default: '.local' },
    port: { type: 'string', default: '4566' },
    'api-port': { type: 'string' },
    account: { type: 'string' },
    region: { type: 'string' },
    parameter: { type: 'string', multiple: true, default: [] },
    trace: { type: 'boolean', default: false },
  },
});

function parseParameter(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new Error(`--parameter takes Name=Value, got "${text}"`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

const runtime = await startRuntime({
  assemblyDirectory: values.assembly,
  stateDirectory: values.state,
  port: Number(values.port),
  ...(values['api-port'] !== undefined && { apiPort: Number(values['api-port']) }),
  ...(values.account !== undefined && { accountId: values.account }),
  ...(values.region !== undefined && { region: values.region }),
  parameters: Object.fromEntries(values.parameter.map(parseParameter)),
  onContext: ({ trace }) => {
    if (values.trace) trace.subscribe((activity) => process.stdout.write(JSON.stringify(activity) + '\n'));
  },
}).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

async function stop(): Promise<never> {
  await runtime.stop();
  process.exit(0);
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
process.stdout.write(`ready: AWS_ENDPOINT_URL=${runtime.endpointUrl}\n`);
await runtime.stopRequested;
await stop();

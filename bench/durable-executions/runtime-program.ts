// Our side: the local runtime, in a process of its own.
import { startRuntime } from '../../local/runtime/start-runtime.ts';
import { readSettings, serveRounds } from '../contestant.ts';

const { assembly, state } = readSettings<{ readonly assembly: string; readonly state: string }>();
const runtime = await startRuntime({ assemblyDirectory: assembly, stateDirectory: state, port: 0 });

serveRounds(
  () => ({ url: runtime.endpointUrl, accountId: runtime.context.accountId }),
  () => runtime.stop(),
);

// Executions of our Step Functions, started over HTTP; their ends are learnt from the runtime's stream of activities.
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openContestant } from '../contestant.ts';
import { post } from './post.ts';
import { writeAssembly } from './write-assembly.ts';

export interface Executor {
  /** Starts an execution and resolves when it has succeeded, durably. */
  execute(): Promise<void>;
  stop(): Promise<void>;
}

interface Activity {
  readonly service: string;
  readonly name: string;
  readonly details: { readonly executionArn?: string };
}

export async function startOurExecutions(directory: string): Promise<Executor> {
  const assembly = join(directory, 'cdk.out');
  const { machine, region } = writeAssembly(assembly);
  const runtime = await openContestant<undefined, { url: string; accountId: string }>(
    new URL('./runtime-program.ts', import.meta.url),
    { settings: { assembly, state: join(directory, 'state') } },
  );
  const { url, accountId } = await runtime.round(undefined);
  const agent = new Agent({ keepAlive: true });
  const ended = new Map<string, string>();
  const waiting = new Map<string, (name: string) => void>();
  const follow = await followActivities(url, ({ service, name, details: { executionArn = '' } }) => {
    if (service !== 'states' || !/^execution-(succeeded|failed|timed-out|aborted)$/.test(name)) return;
    const resolve = waiting.get(executionArn);
    waiting.delete(executionArn);
    if (resolve) resolve(name);
    else ended.set(executionArn, name);
  });
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'AWSStepFunctions.StartExecution',
    authorization: `AWS4-HMAC-SHA256 Credential=bench/20260101/${region}/states/aws4_request, SignedHeaders=host, Signature=0`,
  };
  const body = JSON.stringify({
    stateMachineArn: `arn:aws:states:${region}:${accountId}:stateMachine:${machine}`,
    input: '{}',
  });
  return {
    async execute() {
      const { executionArn } = JSON.parse(await post(url, agent, headers, body)) as { executionArn: string };
      const end =
        ended.get(executionArn) ?? (await new Promise<string>((resolve) => waiting.set(executionArn, resolve)));
      ended.delete(executionArn);
      if (end !== 'execution-succeeded') throw new Error(`${executionArn} ended with ${end}`);
    },
    async stop() {
      follow.stop();
      agent.destroy();
      await runtime.close();
    },
  };
}

/** Resolves when it listens. */
function followActivities(url: string, tell: (activity: Activity) => void): Promise<{ stop(): void }> {
  return new Promise((resolve, reject) => {
    const message = get(`${url}/_local/activities`, (response) => {
      createInterface({ input: response })
        .on('line', (line) => {
          if (line.startsWith('data: ')) tell(JSON.parse(line.slice('data: '.length)) as Activity);
        })
        // The end of the bench ends the stream.
        .on('error', () => undefined);
      resolve({ stop: () => message.destroy() });
    });
    message.once('error', reject);
  });
}

// The whole system in a process of its own that dies by SIGKILL at chosen moments: what every `serve-*.ts` begins and ends with.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Activity } from '../../local/trace/trace.ts';
import { startTestSystem, type TestSystem } from './start-test-system.ts';

export interface KillableOptions {
  readonly stateDirectory: string;
  readonly assemblyDirectory: string;
  /**
   * Each `<service>/<activity> <end of the subject>`, or with a `*` behind it any part of the subject. It dies when it meets one, before
   * anybody knows of what happened there, and leaves it in the file `died-at`.
   */
  readonly dieAt: readonly string[];
  /** Whether it begins what is to be done; later starts go on with that. */
  readonly begins: boolean;
}

export interface KillableSystem {
  readonly system: TestSystem;
  readonly begins: boolean;
  readonly stateDirectory: string;
  /** From now on it dies. */
  arm(): void;
  /** It lived to the end: prints what came of it as one line of JSON. */
  end(outcome: object): Promise<never>;
}

/** By the options that the process was told. With `armsItself` the life that begins meets no moment before `arm` is called. */
export async function startKillableSystem({ armsItself = false } = {}): Promise<KillableSystem> {
  const { stateDirectory, assemblyDirectory, dieAt, begins }: KillableOptions = JSON.parse(process.argv[2] ?? '{}');
  let isArmed = !(armsItself && begins);
  const system = await startTestSystem({
    stateDirectory,
    assemblyDirectory,
    onContext({ trace }) {
      trace.subscribe((activity) => {
        const moment = isArmed ? dieAt.find((each) => isAt(each, activity)) : undefined;
        if (moment === undefined) return;
        writeFileSync(join(stateDirectory, 'died-at'), moment);
        process.kill(process.pid, 'SIGKILL');
      });
    },
  });
  return {
    system,
    begins,
    stateDirectory,
    arm() {
      isArmed = true;
    },
    async end(outcome) {
      process.stdout.write(`${JSON.stringify(outcome)}\n`);
      await system.stop();
      process.exit(0);
    },
  };
}

function isAt(moment: string, { service, name, subject }: Activity): boolean {
  const [activity, text = ''] = moment.split(' ');
  if (activity !== `${service}/${name}`) return false;
  return text.endsWith('*') ? subject.includes(text.slice(0, -1)) : subject.endsWith(text);
}

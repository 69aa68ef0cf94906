// The peer's side of the work: a service of Restate with three journaled steps, as its own documentation writes them.
import { readSettings, serveRounds } from '../contestant.ts';

interface StepContext {
  run<T>(name: string, action: () => T): Promise<T>;
}
interface RestateSdk {
  service(definition: object): object;
  serve(options: { services: object[]; port: number }): Promise<number>;
}

const { module } = readSettings<{ readonly module: string }>();
const { service, serve } = (await import(module)) as RestateSdk;
const steps = service({
  name: 'bench',
  handlers: {
    threeSteps: async (context: StepContext) => {
      await context.run('step1', () => ({ step: 1, done: true }));
      await context.run('step2', () => ({ step: 2, done: true }));
      return await context.run('step3', () => ({ step: 3, done: true }));
    },
  },
});
const port = await serve({ services: [steps], port: 0 });

serveRounds(() => `http://127.0.0.1:${port}`);

// Schedules of both regions are paused and let go on again, and one that stood still before stands still afterwards.
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../config/load-configuration.ts';
import { operatorOf } from '../../local/runtime/service.ts';
import { createSchedulerModule } from '../../local/services/scheduler/module.ts';
import { narrowSchedules, pauseSchedules } from '../../tour/change-schedules.ts';
import { createServiceHarness, type ServiceHarness } from '../local/services/service-harness.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');
const { primaryRegion, recoveryRegion } = configuration.aws;
const regions: Readonly<Record<string, string>> = {
  'back-up-database': primaryRegion,
  'check-certificates': primaryRegion,
  'recovery-drill': recoveryRegion,
};
const names = Object.keys(regions);
let harness: ServiceHarness;
const call = <Output extends object>(name: string, operation: string, input: object = {}): Promise<Output> =>
  harness.context.call<Output>({
    ...{ service: 'scheduler', operation, region: regions[name] ?? '', principal: operatorOf(harness.context) },
    input: { Name: `pyairtable-${name}`, ...input },
  });
interface Read {
  readonly State: string;
  readonly Target: { readonly Input: string };
}
const read = (): Promise<Read[]> => Promise.all(names.map((name) => call<Read>(name, 'GetSchedule')));
const readStates = async (): Promise<string[]> => (await read()).map(({ State }) => State);

beforeEach(async () => {
  harness = await createServiceHarness([createSchedulerModule]);
  await harness.start();
  for (const name of names)
    await call(name, 'CreateSchedule', {
      ...{ ScheduleExpression: 'rate(1 day)', FlexibleTimeWindow: { Mode: 'OFF' } },
      State: name === 'check-certificates' ? 'DISABLED' : 'ENABLED',
      Target: {
        Arn: 'arn:aws:lambda:eu-central-1:111122223333:function:f',
        RoleArn: 'arn:aws:iam::111122223333:role/r',
        Input: '{"a":1}',
      },
    });
});
afterEach(() => harness.stop());
const system = () => ({ runtime: { context: harness.context }, configuration });

it('all of them stand still until they are let go on', async () => {
  const resume = await pauseSchedules(system(), names);
  expect(await readStates()).toEqual(['DISABLED', 'DISABLED', 'DISABLED']);
  await resume();
  expect(await readStates()).toEqual(['ENABLED', 'DISABLED', 'ENABLED']);
});

it('none of them stands still when one of them is not there', async () => {
  await expect(pauseSchedules(system(), ['back-up-database', 'none'])).rejects.toThrow(/pyairtable-none/);
  expect(await readStates()).toEqual(['ENABLED', 'DISABLED', 'ENABLED']);
});

it('what they ask for is narrowed for a while', async () => {
  const resume = await narrowSchedules(system(), ['back-up-database'], { environment: 'prod' });
  const inputs = async () => (await read()).map(({ Target }) => JSON.parse(Target.Input));
  expect((await inputs())[0]).toEqual({ a: 1, request: { environment: 'prod' } });
  await resume();
  expect((await inputs())[0]).toEqual({ a: 1 });
});

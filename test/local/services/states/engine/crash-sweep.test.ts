// Kills an execution between any two groups of journal records and lets it go on from what was written.
import { describe, expect, it } from '@jest/globals';
import { createVirtualClock } from '../../../../../local/clock/virtual-clock.ts';
import type { Checkpoint } from '../../../../../local/services/states/engine/checkpoint.ts';
import { parseDefinition } from '../../../../../local/services/states/engine/definition/parse-definition.ts';
import { createEngine } from '../../../../../local/services/states/engine/engine.ts';
import { ExecutionRun } from '../../../../../local/services/states/engine/execution-run.ts';
import type { ExecutionResult, Journal, RecordedEvent } from '../../../../../local/services/states/engine/journal.ts';
import type { Json } from '../../../../../local/services/states/engine/json.ts';
import { StateFailure } from '../../../../../local/services/states/engine/state-failure.ts';

const task = (name: string, rest: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::test:work',
  Arguments: { name },
  End: true,
  ...rest,
});
const states = {
  First: task('first', { End: undefined, Assign: { first: '{% $states.result %}' }, Next: 'Both' }),
  Both: {
    Type: 'Parallel',
    Branches: [
      { StartAt: 'Left', States: { Left: task('left') } },
      {
        StartAt: 'Right',
        States: { Right: task('right', { End: undefined, Next: 'RightAgain' }), RightAgain: task('right-again') },
      },
    ],
    Assign: { both: '{% $states.result %}' },
    Next: 'Each',
  },
  Each: {
    Type: 'Map',
    Items: ['a', 'b', 'c'],
    MaxConcurrency: 2,
    ItemSelector: { name: "{% 'item-' & $states.context.Map.Item.Value %}" },
    ItemProcessor: {
      StartAt: 'Do',
      States: { Do: task('', { Arguments: '{% $states.input %}' }) },
    },
    Assign: { each: '{% $states.result %}' },
    Next: 'Sleep',
  },
  Sleep: { Type: 'Wait', Seconds: 3_600, Next: 'Flaky' },
  Flaky: task('flaky', { End: undefined, Retry: [{ ErrorEquals: ['Flaky'], IntervalSeconds: 60 }], Next: 'Ask' }),
  Ask: {
    Type: 'Task',
    Resource: 'arn:aws:states:::test:ask.waitForTaskToken',
    Arguments: { name: 'ask', token: '{% $states.context.Task.Token %}' },
    Assign: { asked: '{% $states.result %}' },
    Next: 'Doomed',
  },
  Doomed: task('doomed', {
    End: undefined,
    Catch: [{ ErrorEquals: ['Doomed'], Assign: { doomed: '{% $states.errorOutput.Cause %}' }, Next: 'End' }],
    Next: 'End',
  }),
  End: { Type: 'Succeed', Output: ['{% $first %}', '{% $both %}', '{% $each %}', '{% $asked %}', '{% $doomed %}'] },
};

type Write = (journal: MemoryState) => void;

class MemoryState {
  readonly events: RecordedEvent[] = [];
  readonly checkpoints = new Map<string, Checkpoint>();
  result: ExecutionResult | undefined;
}

/** A journal that keeps its writes in groups: those of one tick together, as the store makes them durable. */
function createGroupedJournal(state: MemoryState, groups: Write[][]): Journal {
  let isOpen = false;
  const write = (apply: Write) => {
    if (!isOpen) {
      isOpen = true;
      groups.push([]);
      queueMicrotask(() => {
        isOpen = false;
      });
    }
    groups.at(-1)?.push(apply);
    apply(state);
  };
  return {
    record: (event) => write((journal) => journal.events.push(event)),
    save: (path, checkpoint) => write((journal) => journal.checkpoints.set(path, checkpoint)),
    forget: (path) => write((journal) => journal.checkpoints.delete(path)),
    find: (path) => state.checkpoints.get(path),
    end: (result) =>
      write((journal) => {
        journal.result = result;
      }),
    flush: () => Promise.resolve(),
  };
}

interface Life {
  readonly result: ExecutionResult;
  readonly state: MemoryState;
  readonly groups: Write[][];
  /** Names of the tasks that were started, in order. */
  readonly started: string[];
  readonly tokens: string[];
}

async function live(state: MemoryState): Promise<Life> {
  const clock = createVirtualClock();
  const started: string[] = [];
  const tokens: string[] = [];
  const groups: Write[][] = [];
  const engine = createEngine({
    clock,
    async invokeTask(_resource, args, handle) {
      const { name } = args as { name: string };
      started.push(name);
      await new Promise((resolve) => setImmediate(resolve));
      if (name === 'ask') {
        tokens.push(handle.taskToken);
        return null;
      }
      const failures = state.events.filter(({ type, details }) => type === 'TaskFailed' && details?.error === 'Flaky');
      if (name === 'flaky' && failures.length === 0) throw new StateFailure('Flaky', 'try again');
      if (name === 'doomed') throw new StateFailure('Doomed', 'for good');
      return `did ${name}`;
    },
  });
  const { machine, diagnostics } = parseDefinition(
    JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'First', States: states }),
  );
  if (!machine) throw new Error(JSON.stringify(diagnostics));
  const isNew = state.events.length === 0;
  const run = new ExecutionRun(
    engine,
    {
      arn: 'arn:aws:states:eu-central-1:111122223333:execution:Sweep:one',
      name: 'one',
      stateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:Sweep',
      stateMachineName: 'Sweep',
      roleArn: 'arn:aws:iam::111122223333:role/sweep',
      input: {} as Json,
      startedAtMilliseconds: clock.now(),
      redriveCount: 0,
    },
    machine,
    createGroupedJournal(state, groups),
    state.events.length,
  );
  if (isNew) run.begin();
  run.resume();
  for (let turns = 0; !state.result && turns < 20; turns += 1) {
    await clock.advance(3_600_000);
    const token = pendingToken(state);
    if (token) engine.pendingTasks.find(token)?.succeed('answered');
    await new Promise((resolve) => setImmediate(resolve));
  }
  const result = await run.done;
  await engine.close();
  clock.stop();
  return { result, state, groups, started, tokens };
}

/** The token that the waiting line of control has in its checkpoint. */
function pendingToken(state: MemoryState): string | undefined {
  const root = state.checkpoints.get('');
  const progress = root?.progress as { taskToken?: string; submitted?: Json } | undefined;
  return root?.state === 'Ask' && progress?.submitted !== undefined ? progress.taskToken : undefined;
}

/** Names of the tasks whose outcome stands in the history. */
function finishedTasks(events: readonly RecordedEvent[]): string[] {
  return events.flatMap(({ type, details }) =>
    type === 'TaskSucceeded' && typeof details?.output === 'string' ? [details.output.replace('did ', '')] : [],
  );
}

describe('an execution that is killed', () => {
  it('goes on from every point of its journal to the same end, and repeats nothing that was recorded', async () => {
    const whole = await live(new MemoryState());
    expect(whole.result).toEqual({
      status: 'SUCCEEDED',
      output: [
        'did first',
        ['did left', 'did right-again'],
        ['did item-a', 'did item-b', 'did item-c'],
        'answered',
        'for good',
      ],
    });
    expect(whole.groups.length).toBeGreaterThan(30);
    expect([...whole.state.checkpoints.keys()]).toEqual(['']);

    for (let count = 1; count < whole.groups.length; count += 1) {
      const survived = new MemoryState();
      for (const write of whole.groups.slice(0, count).flat()) write(survived);
      const finished = finishedTasks(survived.events);
      const wasSubmitted = survived.events.some(({ type }) => type === 'TaskSubmitted');
      const second = await live(survived);
      expect({ count, result: second.result }).toEqual({ count, result: whole.result });
      expect(second.started.filter((name) => finished.includes(name))).toEqual([]);
      if (wasSubmitted) expect(second.started).not.toContain('ask');
      expect(second.state.events.map(({ id }) => id)).toEqual(second.state.events.map((_, index) => index + 1));
      expect(typesOf(second.state)).toEqual(typesOf(whole.state));
    }
  }, 60_000);

  it('starts a task that was in flight again with the same token', async () => {
    const whole = await live(new MemoryState());
    const [token] = whole.tokens;
    const scheduled = whole.groups.findIndex((group) => {
      const probe = new MemoryState();
      for (const write of group) write(probe);
      return probe.events.some(
        ({ type, details }) => type === 'TaskScheduled' && JSON.stringify(details?.parameters).includes('"ask"'),
      );
    });
    const survived = new MemoryState();
    for (const write of whole.groups.slice(0, scheduled + 1).flat()) write(survived);
    const second = await live(survived);
    expect(second.tokens).toEqual([token]);
    expect(second.result).toEqual(whole.result);
  }, 60_000);
});

function typesOf({ events }: MemoryState): string[] {
  return events.map(({ type }) => type).sort();
}

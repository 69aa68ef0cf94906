// On the recorded history of an execution with a Parallel, a Map, a retried task and a Fail state.
import { readFileSync } from 'node:fs';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { describe, expect, it } from '@jest/globals';
import { buildStateTree, renderExecution } from '../../../cli/commands/show-execution.ts';
import { plain } from '../plain.ts';

const recorded = JSON.parse(readFileSync(new URL('nested-history.json', import.meta.url), 'utf8')) as (Omit<
  HistoryEvent,
  'timestamp'
> & { timestamp: number })[];
const events = recorded.map((event) => ({ ...event, timestamp: new Date(event.timestamp * 1000) })) as HistoryEvent[];

describe('the tree of an execution', () => {
  it('has each state once for each visit, in the order entered, branches and items one level deeper', () => {
    expect(buildStateTree(events).map(({ name, depth }) => `${'  '.repeat(depth)}${name}`)).toEqual([
      'Begin',
      'BothSides',
      '  Left',
      '  Right',
      '  RightAgain',
      'EachItem',
      '  Item',
      '  Item',
      'Try',
      'GiveUp',
    ]);
  });

  it('keeps the errors of every attempt, also those that a retry or a catch mended', () => {
    const attempted = buildStateTree(events).find(({ name }) => name === 'Try');
    expect(attempted?.errors).toHaveLength(2);
    expect(attempted?.errors[0]).toMatch(/^Ssm\.\w+Exception: /);
  });

  it('knows how long a state took, what went in and came out, and which one gave up', () => {
    const states = buildStateTree(events);
    expect(states.find(({ name }) => name === 'Right')?.durationMilliseconds).toBeGreaterThanOrEqual(1_000);
    expect(states.find(({ name }) => name === 'Begin')).toMatchObject({ input: '{}', output: '{}', isFail: false });
    expect(states.at(-1)).toMatchObject({ name: 'GiveUp', isFail: true, durationMilliseconds: undefined });
  });

  it('shows a running state without its end', () => {
    const states = buildStateTree(events.slice(0, 7));
    const started = { arn: 'arn', status: 'RUNNING', startedAt: '2026-01-01T00:00:00.000Z', states };
    const none = {
      durationMilliseconds: undefined,
      input: '{}',
      output: undefined,
      error: undefined,
      cause: undefined,
    };
    const lines = plain(renderExecution({ ...started, ...none }, { data: false })).split('\n');
    expect(lines[0]).toBe('RUNNING arn');
    expect(lines.slice(-2).map((line) => line.trim().replace(/ +/, ' '))).toEqual(['Left …', 'Right …']);
  });
});

// What holds for every state machine: it is valid, its tokens are known, and no task can hang or fail silently.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import validate from 'asl-validator';
import { errorNames } from '../../contracts/errors.ts';
import { functions } from '../../contracts/functions.ts';
import { recoveryRegionFunctions } from '../../contracts/recovery-region-functions.ts';

interface Rule {
  ErrorEquals: string[];
  Next?: string;
  MaxAttempts?: number;
}
interface State {
  Type: string;
  Resource?: string;
  TimeoutSeconds?: number | string;
  Retry?: Rule[];
  Catch?: Rule[];
  Next?: string;
  Default?: string;
  Choices?: { Next: string }[];
  ItemProcessor?: { StartAt: string; States: Record<string, State> };
}
interface Definition {
  Comment: string;
  QueryLanguage: string;
  StartAt: string;
  TimeoutSeconds: number;
  States: Record<string, State>;
}

const files = readdirSync('state-machines').filter((file) => file.endsWith('.asl.json'));
const pascalCase = (name: string): string =>
  name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

describe.each(files)('%s', (file) => {
  const text = readFileSync(`state-machines/${file}`, 'utf8');
  const definition = JSON.parse(text) as Definition;
  const states = listStates(definition.States);
  const tasks = states.filter(([, { Type }]) => Type === 'Task');

  it('is valid Amazon States Language', () => {
    const { isValid, errors } = validate(definition);
    expect(errors).toEqual([]);
    expect(isValid).toBe(true);
  });

  it('begins with what a reader needs to know', () => {
    expect(Object.keys(definition).slice(0, 4)).toEqual(['Comment', 'QueryLanguage', 'StartAt', 'TimeoutSeconds']);
    expect(definition.QueryLanguage).toBe('JSONata');
  });

  it('uses tokens of known functions and resources only', () => {
    const known = [
      ...[...Object.keys(functions), ...Object.keys(recoveryRegionFunctions)].map(
        (name) => `${pascalCase(name)}FunctionArn`,
      ),
      'LedgerTableName',
      'EventBusName',
      'BackUpDatabaseWorkflowArn',
      'SnapshotOwner',
    ];
    const used = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, token]) => token);
    expect(used.filter((token) => !known.includes(String(token)))).toEqual([]);
  });

  it('fits well below the limit of 1 MB', () => {
    expect(text.length).toBeLessThan(200_000);
  });

  it.each(tasks)('%s has a time limit, the standard retry, and a way out of every failure', (_, state) => {
    expect(state.TimeoutSeconds).toBeDefined();
    expect(state.Catch?.at(-1)?.ErrorEquals).toEqual(['States.ALL']);
    const retries = state.Retry?.filter(({ MaxAttempts }) => MaxAttempts !== 0) ?? [];
    expect(retries).toHaveLength(1);
    const [first] = tasks.find(([, other]) => isLambda(other) === isLambda(state))?.[1].Retry?.slice(-1) ?? [];
    expect(retries[0]).toEqual(first);
  });

  it('retries each error of ours that may pass, and no other', () => {
    const lambdaRetry = tasks.find(([, state]) => isLambda(state))?.[1].Retry?.[0]?.ErrorEquals ?? [];
    const retryable = Object.entries(errorNames).filter(([, { retryable }]) => retryable);
    expect(lambdaRetry.filter((name) => name in errorNames)).toEqual(retryable.map(([name]) => name));
  });

  it('catches and retries only names that exist', () => {
    const names = tasks.flatMap(([, { Retry = [], Catch = [] }]) =>
      [...Retry, ...Catch].flatMap((rule) => rule.ErrorEquals),
    );
    const known = /^(States|Lambda|Sandbox|Runtime|DynamoDB|Sfn|Rds)\.\w+$/;
    expect(names.filter((name) => !(name in errorNames) && !known.test(name))).toEqual([]);
  });

  it('names states with imperatives and questions, and reaches each of them', () => {
    const isQuestion = ([name, { Type }]: [string, State]) => name.endsWith('?') === (Type === 'Choice');
    expect(states.filter((entry) => !isQuestion(entry))).toEqual([]);
    const targets = new Set([definition.StartAt]);
    for (const [, { Next, Default, Choices = [], Catch = [], ItemProcessor }] of states) {
      for (const target of [
        Next,
        Default,
        ItemProcessor?.StartAt,
        ...Choices.map((choice) => choice.Next),
        ...Catch.map((rule) => rule.Next),
      ]) {
        if (target !== undefined) targets.add(target);
      }
    }
    expect(states.filter(([name]) => !targets.has(name))).toEqual([]);
  });
});

function isLambda({ Resource = '' }: State): boolean {
  return Resource.includes('lambda:invoke');
}

/** With those inside a Map. */
function listStates(states: Record<string, State>): [string, State][] {
  return Object.entries(states).flatMap(([name, state]) => [
    [name, state],
    ...(state.ItemProcessor === undefined ? [] : listStates(state.ItemProcessor.States)),
  ]);
}

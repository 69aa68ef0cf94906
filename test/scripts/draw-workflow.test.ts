import { describe, expect, it } from '@jest/globals';
import { drawWorkflow } from '../../scripts/draw-workflow.ts';

const caught = (Next: string, ErrorEquals = ['States.ALL']) => [{ ErrorEquals, Next }];

describe('the diagram of a state machine', () => {
  it('shows the ways through choices with their conditions', () => {
    const { diagram } = drawWorkflow({
      StartAt: 'Ask',
      States: {
        Ask: { Type: 'Task', Next: 'IsItGood?' },
        'IsItGood?': {
          Type: 'Choice',
          Choices: [{ Condition: '{% $answer = "yes" %}', Next: 'Good' }],
          Default: 'Pause',
        },
        Pause: { Type: 'Wait', Next: 'Ask' },
        Good: { Type: 'Succeed' },
      },
    });
    expect(diagram.split('\n')).toEqual([
      'flowchart TD',
      '  start((start)) --> s0',
      '  s0["Ask"]',
      '  s1{"IsItGood?"}',
      '  s2(["Pause"])',
      '  s3((("Good")))',
      '  s0 --> s1',
      '  s1 -->|"answer = #quot;yes#quot;"| s3',
      '  s1 -->|"else"| s2',
      '  s2 --> s0',
    ]);
  });

  it('names the state that most errors lead to in place of an arrow for each', () => {
    const task = (Next: string, Catch = caught('Mend')) => ({ Type: 'Task', Next, Catch });
    const { diagram, rescue } = drawWorkflow({
      StartAt: 'A',
      States: {
        A: task('B'),
        B: task('C'),
        C: task('D', [...caught('E', ['Lambda.TooManyRequestsException']), ...caught('Mend')]),
        D: task('E', caught('E')),
        E: task('Mend', caught('Other')),
        Mend: { Type: 'Fail' },
        Other: { Type: 'Fail' },
      },
    });
    expect(rescue).toBe('Mend');
    expect(diagram.split('\n').filter((line) => line.includes('-.->'))).toEqual([
      '  s2 -.->|"TooManyRequests"| s4',
      '  s4 -.->|"any error"| s6',
    ]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { type Explanation, renderExplanation } from '../../../cli/commands/explain.ts';
import { plain } from '../plain.ts';

type Event = Explanation['events'][number];
type Decision = Explanation['decisions'][number];

function buildEvent(eventId: string, causationId: string, second: number, summary = eventId): Event {
  const occurredAt = `2026-01-01T00:00:0${second}.000Z`;
  const metadata = { eventId, causationId, correlationId: 'root', occurredAt, actor: 'ada' };
  return { ...metadata, source: 'test', detailType: 'Happened', summary } as unknown as Event;
}

function render(events: readonly Event[], decisions: readonly Decision[] = []): string[] {
  const lines = plain(renderExplanation({ correlationId: 'root', events, decisions, promotions: [] })).split('\n');
  return lines.slice(1).map((line) => line.replace(/^\S+ /, ''));
}

describe('an explanation', () => {
  it('puts each event below its cause', () => {
    expect(render([buildEvent('a', 'root', 0), buildEvent('b', 'a', 1), buildEvent('c', 'b', 2)])).toEqual([
      'Happened a (test, by ada)',
      '  └ Happened b (test, by ada)',
      '    └ Happened c (test, by ada)',
    ]);
  });

  it('begins anew where a cause is not known, and does not run in circles', () => {
    expect(render([buildEvent('a', 'lost', 0)])).toEqual(['Happened a (test, by ada)']);
    expect(render([buildEvent('a', 'b', 0), buildEvent('b', 'a', 1)])).toHaveLength(2);
  });

  it('puts a decision below what it was made on, at its time', () => {
    const decision = {
      causationId: 'a',
      occurredAt: '2026-01-01T00:00:01.000Z',
      outcome: 'refused',
      rule: 'promote-release',
      words: 'the build failed',
    } as unknown as Decision;
    expect(render([buildEvent('a', 'root', 0), buildEvent('b', 'root', 2)], [decision])).toEqual([
      'Happened a (test, by ada)',
      '  └ refused by promote-release: the build failed',
      'Happened b (test, by ada)',
    ]);
  });

  it('shows control characters of branch names and messages as what they are', () => {
    expect(render([buildEvent('a', 'root', 0, 'push \u001b[31mred')])[0]).toContain('push \\u001b[31mred');
  });
});

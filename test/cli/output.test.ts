import { describe, expect, it } from '@jest/globals';
import { printable, renderDuration, renderTable } from '../../cli/output.ts';
import { renderStatus } from '../../cli/render-status.ts';
import { plain } from './plain.ts';

describe('a table', () => {
  it('is as wide as its widest cells, without blanks at the ends of lines', () => {
    const table = plain(
      renderTable(
        ['NAME', 'STATE', 'AGE'],
        [
          ['gateway', 'ok', '3 d'],
          ['a', 'a long state', ''],
        ],
      ),
    );
    expect(table.split('\n')).toEqual([
      'NAME     STATE         AGE',
      'gateway  ok            3 d',
      'a        a long state',
    ]);
  });

  it('does not count colours as width', () => {
    const red = (text: string) => `\u001b[31m${text}\u001b[39m`;
    expect(plain(renderTable(['A', 'B'], [[red('x'), 'y']]))).toBe('A  B\nx  y');
    expect(plain(renderTable(['S', 'B'], [[renderStatus('FAILED'), 'y']]))).toBe('S       B\nFAILED  y');
  });
});

describe('a duration', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_000, '1.0 s'],
    [9_940, '9.9 s'],
    [10_400, '10 s'],
    [119_000, '119 s'],
    [120_000, '2 min'],
    [7_200_000, '2 h'],
    [172_800_000, '2 d'],
  ])('of %s ms is said as %s', (milliseconds, words) => {
    expect(renderDuration(milliseconds)).toBe(words);
  });
});

describe('text from outside', () => {
  it('cannot move the cursor, colour the screen or turn the direction of reading', () => {
    expect(printable('main\u001b[2J\n\u202egnp.exe')).toBe('main\\u001b[2J\\u000a\\u202egnp.exe');
    expect(printable('Größe 9 → 10')).toBe('Größe 9 → 10');
  });
});

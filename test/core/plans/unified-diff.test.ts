// Tests of core/plans/unified-diff.ts: Git itself applies what it shows.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildUnifiedDiff } from '../../../core/plans/unified-diff.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'diff-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** What the file is after Git has applied the diff. */
function applyByGit(before: string, diff: string): string {
  const file = join(directory, 'overlay.yaml');
  writeFileSync(file, before);
  execFileSync('git', ['apply', '--unidiff-zero', '-'], {
    cwd: directory,
    input: diff,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return readFileSync(file, 'utf8');
}

describe('buildUnifiedDiff', () => {
  it('shows what changes with three lines around it', () => {
    const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', ''].join('\n');
    expect(buildUnifiedDiff('x.yaml', before, before.replace('e', 'E'))).toBe(
      ['--- a/x.yaml', '+++ b/x.yaml', '@@ -2,7 +2,7 @@', ' b', ' c', ' d', '-e', '+E', ' f', ' g', ' h', ''].join(
        '\n',
      ),
    );
    expect(buildUnifiedDiff('x.yaml', before, before)).toBe('');
  });

  it('is applied by Git to what was before and gives what is after', () => {
    const text = fc
      .tuple(fc.array(fc.constantFrom('a', 'b', 'c: 1', '', '- d'), { minLength: 1, maxLength: 30 }), fc.boolean())
      .map(([lines, isTerminated]) => lines.join('\n') + (isTerminated ? '\n' : ''))
      .filter((value) => value !== '');
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = buildUnifiedDiff('overlay.yaml', before, after);
        expect(diff === '' ? before : applyByGit(before, diff)).toBe(after);
      }),
      { numRuns: 60 },
    );
  });
});

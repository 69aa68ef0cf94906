// Tests of core/promotion/match-path.ts.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { matchPath } from '../../../core/promotion/match-path.ts';
import { measureCpu } from '../../measure-cpu.ts';

describe('matchPath', () => {
  it.each([
    ['services/api-gateway/**', 'services/api-gateway/main.go', true],
    ['services/api-gateway/**', 'services/api-gateway/internal/http/server.go', true],
    ['services/api-gateway/**', 'services/api-gateway', true],
    ['services/api-gateway/**', 'services/api-gateway-2/main.go', false],
    ['services/api-gateway/**', 'other/services/api-gateway/main.go', false],
    ['**', '.env', true],
    ['**', 'deep/in/.hidden/file', true],
    ['**/Dockerfile', 'Dockerfile', true],
    ['**/Dockerfile', 'services/x/Dockerfile', true],
    ['**/Dockerfile', 'services/x/Dockerfile.old', false],
    ['services/*/go.mod', 'services/x/go.mod', true],
    ['services/*/go.mod', 'services/x/y/go.mod', false],
    ['*.md', 'README.md', true],
    ['*.md', 'docs/README.md', false],
    ['file-?.txt', 'file-1.txt', true],
    ['file-?.txt', 'file-12.txt', false],
    ['a.c', 'abc', false],
    ['a/**/b/**/c', 'a/x/b/y/z/c', true],
    ['a/**/b/**/c', 'a/c', false],
  ])('%s on %s is %s', (glob, path, expected) => {
    expect(matchPath(glob, path)).toBe(expected);
  });

  it('takes characters that mean something in regular expressions as themselves', () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !/[*?/]/.test(text));
    fc.assert(
      fc.property(name, name, (left, right) => {
        expect(matchPath(left, right)).toBe(left === right);
      }),
    );
  });

  it('agrees with the definition of ** as any number of folders', () => {
    const folder = fc.constantFrom('a', 'b', 'src');
    fc.assert(
      fc.property(fc.array(folder), fc.array(folder, { minLength: 1 }), (before, after) => {
        expect(matchPath(`**/${after.join('/')}`, [...before, ...after].join('/'))).toBe(true);
      }),
    );
  });

  it('answers at once for patterns that make backtracking matchers explode', () => {
    const cpu = measureCpu();
    expect(matchPath('**/a*a*a*a*a*a*a*b/**/'.repeat(8), `${'a'.repeat(200)}/`.repeat(40))).toBe(false);
    expect(cpu()).toBeLessThan(1_000);
  });
});

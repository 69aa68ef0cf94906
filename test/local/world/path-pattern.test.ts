// Path patterns give back, decoded, what was put into them.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compilePathPattern, createRouter } from '../../../local/world/path-pattern.ts';

describe('a path pattern', () => {
  it('gives back any segment and any rest that was encoded into a path', () => {
    const match = compilePathPattern('/repos/{owner}/contents/{path...}');
    const part = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(part, fc.array(part, { minLength: 1 }), (owner, path) => {
        const encoded = path.map(encodeURIComponent).join('/');
        expect(match(`/repos/${encodeURIComponent(owner)}/contents/${encoded}`)).toEqual({
          owner,
          path: path.join('/'),
        });
      }),
    );
  });

  it.each(['/repos/a/b/contents/x', '/repos//contents/x', '/repos/a/contents/', '/repos/%zz/contents/x'])(
    'does not match %s',
    (path) => expect(compilePathPattern('/repos/{owner}/contents/{path...}')(path)).toBeUndefined(),
  );

  it('takes dots and pluses as they are', () => {
    expect(compilePathPattern('/a.b+c')('/aXbbc')).toBeUndefined();
    expect(compilePathPattern('/a.b+c')('/a.b+c')).toEqual({});
  });
});

describe('a router', () => {
  it('prefers the route that stands first, of the same method', () => {
    const find = createRouter([
      { method: 'POST', path: '/{any}', name: 'post' },
      { method: 'GET', path: '/fixed', name: 'fixed' },
      { method: 'GET', path: '/{any}', name: 'any' },
    ]);
    expect([find('GET', '/fixed')?.route.name, find('GET', '/other')?.route.name, find('PUT', '/fixed')]).toEqual([
      'fixed',
      'any',
      undefined,
    ]);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findBuiltInListKey } from '../../../../../local/world/kubernetes/patch/list-keys.ts';
import { mergeApplied } from '../../../../../local/world/kubernetes/patch/merge-applied.ts';
import { applyMergePatch } from '../../../../../local/world/kubernetes/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../../../../local/world/kubernetes/patch/strategic-merge-patch.ts';
import type { JsonObject } from '../../../../../local/world/kubernetes/resources/kubernetes-object.ts';

describe('a merge patch', () => {
  // The examples of RFC 7386, appendix A.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('makes of %j with %j what the RFC says', (target, patch, expected) => {
    expect(applyMergePatch(target, patch)).toEqual(expected);
  });

  it('of an object onto itself changes nothing', () => {
    const json = fc.dictionary(
      fc.string(),
      fc.jsonValue().filter((value) => JSON.stringify(value) === JSON.stringify(value).replaceAll('null', '')),
    );
    fc.assert(fc.property(json, (object) => expect(applyMergePatch(object, object)).toEqual(object)));
  });
});

describe('a strategic merge patch', () => {
  const pod = {
    spec: {
      containers: [
        { name: 'a', image: '1', env: [{ name: 'X', value: '1' }] },
        { name: 'b', image: '1' },
      ],
    },
  };
  const apply = (patch: JsonObject, target: JsonObject = pod) =>
    applyStrategicMergePatch(target, patch, findBuiltInListKey);

  it('deletes an item of a keyed list on request', () => {
    const result = apply({ spec: { containers: [{ name: 'b', $patch: 'delete' }] } });
    expect(result).toEqual({ spec: { containers: [pod.spec.containers[0]] } });
  });

  it('replaces a list or an object on request', () => {
    expect(apply({ spec: { containers: [{ $patch: 'replace' }, { name: 'c' }] } })).toEqual({
      spec: { containers: [{ name: 'c' }] },
    });
    expect(apply({ spec: { $patch: 'replace', other: 1 } })).toEqual({ spec: { other: 1 } });
  });

  it('keeps only the named members on request', () => {
    const target = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } };
    expect(apply({ strategy: { $retainKeys: ['type'], type: 'Recreate' } }, target)).toEqual({
      strategy: { type: 'Recreate' },
    });
  });

  it('orders items and deletes from lists of values', () => {
    const ordered = apply({ spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] } });
    expect((ordered.spec as typeof pod.spec).containers.map(({ name }) => name)).toEqual(['b', 'a']);
    const target = { metadata: { finalizers: ['x', 'y'] } };
    expect(apply({ metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } }, target)).toEqual({
      metadata: { finalizers: ['y'] },
    });
  });

  it('refuses an item without its key, and an unknown directive', () => {
    expect(() => apply({ spec: { containers: [{ image: '2' }] } })).toThrow(
      'does not contain declared merge key: name',
    );
    expect(() => apply({ $patch: 'explode' })).toThrow('Unknown patch type found: explode');
  });
});

describe('a three-way merge', () => {
  const merge = (previous: unknown, desired: unknown, live: unknown) =>
    mergeApplied(previous, desired, live, findBuiltInListKey, ['spec']);

  it('takes out what was applied before and is no longer, and leaves what others set', () => {
    expect(merge({ a: 1, b: { x: 1 } }, { a: 1 }, { a: 1, b: { x: 1, theirs: 2 }, c: 3 })).toEqual({
      a: 1,
      b: { theirs: 2 },
      c: 3,
    });
  });

  it('merges keyed lists item by item and keeps the items of others', () => {
    const live = { containers: [{ name: 'mine', image: '1', defaulted: true }, { name: 'sidecar' }, { name: 'old' }] };
    const merged = merge(
      { containers: [{ name: 'mine' }, { name: 'old' }] },
      { containers: [{ name: 'mine', image: '2' }] },
      live,
    );
    expect(merged).toEqual({ containers: [{ name: 'mine', image: '2', defaulted: true }, { name: 'sidecar' }] });
  });

  it('of what is live already changes nothing', () => {
    const json = fc.dictionary(
      fc.string({ minLength: 1 }),
      fc.oneof(fc.integer(), fc.string(), fc.dictionary(fc.string({ minLength: 1 }), fc.integer())),
    );
    fc.assert(
      fc.property(json, json, (desired, others) => {
        const live = { ...others, ...desired };
        expect(merge(desired, desired, live)).toEqual(live);
      }),
    );
  });
});

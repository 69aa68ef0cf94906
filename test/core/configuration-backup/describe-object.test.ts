import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareLines } from '../../../core/configuration-backup/compare-lines.ts';
import {
  describeObject,
  describeSecret,
  type Json,
  type JsonObject,
  type KubernetesObject,
} from '../../../core/configuration-backup/describe-object.ts';

const pepper = Buffer.alloc(32, 7);
const secret = (data: Record<string, string>, metadata: object = {}): KubernetesObject => ({
  metadata: { name: 'database', namespace: 'shop', resourceVersion: '7', ...metadata },
  type: 'Opaque',
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
});
const turnAround = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(turnAround);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as JsonObject).reverse();
  return Object.fromEntries(entries.map(([key, each]) => [key, turnAround(each)]));
};

describe('an object', () => {
  it('is kept without what the cluster wrote', () => {
    const object = {
      metadata: {
        ...{ name: 'limits', namespace: 'shop', uid: 'u', resourceVersion: '9', generation: 3 },
        creationTimestamp: '2026-11-01T00:00:00Z',
        managedFields: [{ manager: 'kubectl' }],
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', team: 'platform' },
      },
      data: { b: '2', a: '1' },
      status: { phase: 'Bound' },
    };
    expect(JSON.stringify(describeObject({ apiVersion: 'v1', kind: 'ConfigMap' }, object))).toBe(
      '{"apiVersion":"v1","data":{"a":"1","b":"2"},"kind":"ConfigMap","metadata":{"annotations":{"team":"platform"},"name":"limits","namespace":"shop"}}',
    );
  });

  it('gives the same bytes in whatever order its keys come', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 }), (spec) => {
        const kind = { apiVersion: 'v1', kind: 'Canary' };
        const [one, other] = [spec as Json, turnAround(spec as Json)].map((content) =>
          JSON.stringify(describeObject(kind, { metadata: { name: 'a', namespace: 'b' }, spec: content })),
        );
        expect(one).toBe(other);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a Secret', () => {
  it('never shows a value, also not one that a tool copied into an annotation', () => {
    const planted = 'canary-7f3a9';
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': `{"stringData":"${planted}"}` };
    const text = JSON.stringify(describeSecret(secret({ password: planted }, { annotations }), pepper));
    expect(text).not.toContain(planted);
    expect(text).not.toContain(Buffer.from(planted).toString('base64'));
    expect(JSON.parse(text)).toMatchObject({
      type: 'Opaque',
      version: '7',
      annotationNames: ['kubectl.kubernetes.io/last-applied-configuration'],
      hashes: { password: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('has a hash that depends on its value, its name and the pepper', () => {
    const hash = (object: KubernetesObject, key = pepper): unknown =>
      (describeSecret(object, key).hashes as JsonObject).password;
    const known = hash(secret({ password: 'a' }));
    expect(hash(secret({ password: 'a' }))).toBe(known);
    expect(hash(secret({ password: 'b' }))).not.toBe(known);
    expect(hash(secret({ password: 'a' }, { name: 'other' }))).not.toBe(known);
    expect(hash(secret({ password: 'a' }), Buffer.alloc(32, 8))).not.toBe(known);
  });
});

describe('two nights', () => {
  const line = (object: object): string => JSON.stringify(object);
  const map = (name: string, data: object) => line({ kind: 'ConfigMap', metadata: { namespace: 'shop', name }, data });

  it('are compared by object and place, without values', () => {
    const before = [map('a', { level: 'info', old: '1' }), map('b', {}), map('same', { x: '1' })];
    const after = [map('a', { level: 'debug', fresh: '1' }), map('c', {}), map('same', { x: '1' })];
    expect(compareLines(before, after)).toEqual({
      added: 1,
      removed: 1,
      changed: 1,
      lines: [
        '~ ConfigMap shop/a: data.fresh (new), data.level, data.old (gone)',
        '- ConfigMap shop/b',
        '+ ConfigMap shop/c',
      ],
    });
  });

  it('name eight places and count the rest', () => {
    const data = (value: string) => Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`k${index}`, value]));
    const { lines } = compareLines([map('a', data('1'))], [map('a', data('2'))]);
    expect(lines[0]).toMatch(/ and 4 more$/);
  });

  it('tell a Secret that was written again from one with another content', () => {
    const before = [line(describeSecret(secret({ password: 'a' }), pepper))];
    const again = [line(describeSecret(secret({ password: 'a' }, { resourceVersion: '8' }), pepper))];
    const changed = [line(describeSecret(secret({ password: 'b' }, { resourceVersion: '8' }), pepper))];
    expect(compareLines(before, again).lines).toEqual(['~ Secret shop/database: written again with the same content']);
    expect(compareLines(before, changed).lines).toEqual(['~ Secret shop/database: hashes.password']);
  });
});

// YAML that is remembered is nobody's: what one caller does to it reaches no other.
import { describe, expect, it } from '@jest/globals';
import { parseYaml, parseYamlDocuments } from '../../../../../local/world/kubernetes/resources/parse-yaml.ts';

describe('parseYamlDocuments', () => {
  it('gives each caller values of its own', () => {
    const text = 'labels: {app: web}\n---\n- 1\n- .inf\n';
    const [first] = parseYamlDocuments(text).map(({ value }) => value as { labels: { app: string } });
    if (first !== undefined) first.labels.app = 'changed';
    expect(parseYamlDocuments(text)).toEqual([
      { value: { labels: { app: 'web' } }, error: undefined },
      { value: [1, Number.POSITIVE_INFINITY], error: undefined },
    ]);
  });

  it('tells each time what is wrong', () => {
    for (let time = 0; time < 2; time += 1)
      expect(parseYamlDocuments('a: 1\n---\nb: [1')[1]?.error).toMatch(/^Flow sequence in block collection/);
  });
});

describe('parseYaml', () => {
  it('reads one document, and refuses bad ones and several', () => {
    expect(parseYaml('a: 1')).toEqual({ a: 1 });
    expect(parseYaml('')).toBeNull();
    expect(() => parseYaml('a: [')).toThrow('Flow sequence');
    expect(() => parseYaml('a: 1\n---\nb: 2')).toThrow('one document is expected, got 2');
  });
});

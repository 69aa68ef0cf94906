// docs/dependencies.md has a line for each package, with its licence and a reason, and for no other.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const root = new URL('../../', import.meta.url);
const readJson = (path: string) => JSON.parse(readFileSync(new URL(path, root), 'utf8')) as Record<string, never>;
const { dependencies, devDependencies, optionalDependencies } = readJson('package.json') as Record<
  string,
  Record<string, string>
>;
const page = readFileSync(new URL('docs/dependencies.md', root), 'utf8');
const lines = (text: string | undefined) =>
  [...(text ?? '').matchAll(/^\| `([^`]+)` \| ([^|]+) \| (\S[^|]*) \|$/gm)].map(([, name, licence]) => ({
    name: String(name),
    licence: licence?.trim(),
  }));
const [, atWork, atDevelopment, ifThere] = page.split(/^## /m);
const permissive = /^(MIT|MIT-0|Apache-2\.0|ISC|BSD-[23]-Clause|MIT OR Apache-2\.0)$/;

describe('docs/dependencies.md', () => {
  it.each([
    ['dependencies', dependencies, atWork],
    ['devDependencies', devDependencies, atDevelopment],
    ['optionalDependencies', optionalDependencies, ifThere],
  ])('has one line for each of the %s', (_kind, declared = {}, text) => {
    expect(lines(text).map(({ name }) => name)).toEqual(Object.keys(declared));
  });

  it.each(lines(page).map(({ name, licence }) => [name, licence]))('tells the licence of %s: %s', (name, licence) => {
    expect(licence).toBe(readJson(`node_modules/${name}/package.json`).license);
    expect(licence).toMatch(permissive);
  });
});

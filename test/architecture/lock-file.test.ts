// The lock file is whole: `npm ci` refuses one that leaves out a package of another platform.
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, LockedPackage>;
};

it('names every optional package of every platform, so that it installs on all of them', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) =>
        packages[`${path}/node_modules/${name}`] === undefined && packages[`node_modules/${name}`] === undefined,
    ),
  );
  expect(missing).toEqual([]);
});

it('names no registry host: each clone installs from the registry it is set up for', () => {
  const resolved = Object.values(packages).flatMap((locked) =>
    locked.resolved?.startsWith('http') ? [locked.resolved] : [],
  );
  expect(resolved).toEqual([]);
});

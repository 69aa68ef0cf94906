// Programs that only root reaches, and the user that PostgreSQL must run as.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { isOpen, reachPrograms } from '../../../local/world/postgres/reach-programs.ts';
import { findServerUser } from '../../../local/world/postgres/server-user.ts';

let folder: string;
let packaged: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reach-programs-'));
  packaged = join(folder, 'package');
  mkdirSync(join(packaged, 'native', 'bin'), { recursive: true });
  writeFileSync(join(packaged, 'package.json'), '{"version":"18.4.0"}');
  writeFileSync(join(packaged, 'native', 'bin', 'initdb'), '#!/bin/sh\necho started', { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true }));

const reach = () => reachPrograms(packaged, join(folder, 'cache'));
const start = (native: string) =>
  execFileSync(join(native, 'bin', 'initdb'), { encoding: 'utf8', uid: findServerUser() });

it('are used where they are when everybody reaches them', () => {
  chmodSync(folder, 0o755);
  expect(isOpen(packaged)).toBe(true);
  expect(reach()).toBe(join(packaged, 'native'));
  expect(start(reach())).toBe('started\n');
});

it('are started from a copy otherwise, which is made once', () => {
  chmodSync(folder, 0o700);
  expect(isOpen(packaged)).toBe(false);
  expect(start(reach())).toBe('started\n');
  expect(reach()).toBe(reach());
  // Nothing half copied is left beside it; who is not root needs no copy.
  if (findServerUser() !== undefined) expect(readdirSync(dirname(reach()))).toEqual(['programs-18.4.0']);
});

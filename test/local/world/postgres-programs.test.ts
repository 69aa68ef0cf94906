// Which PostgreSQL the local databases and the backup agent use.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { findPostgresPrograms } from '../../../local/world/postgres/find-programs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postgres-programs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (...programs: string[]) => {
  for (const program of programs) writeFileSync(join(folder, program), '');
};

it('uses the installation on PATH that has everything', () => {
  put('initdb', 'postgres', 'pg_dump', 'pg_restore', 'psql');
  expect(findPostgresPrograms({ PATH: folder })).toEqual({ server: folder, client: folder, dumpFormat: 'custom' });
});

it('looks past a folder that has a server and no programs to dump and restore with', () => {
  put('initdb', 'postgres');
  expect(findPostgresPrograms({ PATH: folder }).server).not.toBe(folder);
});

// Files that are kept open for the next lines.
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppendFiles } from '../../../local/storage/append-files.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'append-files-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Names of the directory's files that this process has open. */
function listOpen(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(directory) ? [path] : [];
    } catch {
      return [];
    }
  });
}

describe('appended lines', () => {
  it('are in the file at once, in their order, after those of an earlier run', () => {
    const path = join(directory, 'a');
    for (const run of [1, 2]) {
      const files = new AppendFiles();
      files.append(path, `${run}a\n`);
      files.append(path, `${run}b ✓\n`);
      if (run === 1) expect(readFileSync(path, 'utf8')).toBe('1a\n1b ✓\n');
      files.closeAll();
    }
    expect(readFileSync(path, 'utf8')).toBe('1a\n1b ✓\n2a\n2b ✓\n');
    expect(listOpen()).toEqual([]);
  });

  it('keep a bounded number of files open, whatever the number of files', () => {
    const files = new AppendFiles();
    for (const line of ['one\n', 'two\n']) {
      for (let n = 0; n < 100; n += 1) files.append(join(directory, String(n)), line);
    }
    expect(listOpen().length).toBeLessThanOrEqual(64);
    files.closeAll();
    for (let n = 0; n < 100; n += 1) expect(readFileSync(join(directory, String(n)), 'utf8')).toBe('one\ntwo\n');
  });

  it('are refused where there is no place for them, and taken when there is', () => {
    const files = new AppendFiles();
    const path = join(directory, 'a');
    expect(() => files.append('/dev/full', 'x\n')).toThrow(/ENOSPC/);
    expect(() => files.append(join(directory, 'none', 'a'), 'x\n')).toThrow(/ENOENT/);
    files.append(path, 'x\n');
    files.closeAll();
    expect(readFileSync(path, 'utf8')).toBe('x\n');
  });
});

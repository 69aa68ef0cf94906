// The order of the test files: those on the whole system first, so that no core is left alone with one of them at the end.
import { statSync } from 'node:fs';

interface TestFile {
  readonly path: string;
}

const slowFolders = [/\/test\/e2e\/crash/, /\/test\/e2e\//, /\/test\/lib\//];

// Jest takes the class from the default export.
export default class SlowFirst {
  /** By folder, then the largest first. */
  sort<Test extends TestFile>(tests: readonly Test[]): Test[] {
    const rank = ({ path }: TestFile): number => {
      const found = slowFolders.findIndex((folder) => folder.test(path));
      return found === -1 ? slowFolders.length : found;
    };
    const size = ({ path }: TestFile): number => statSync(path).size;
    return [...tests].sort((one, other) => rank(one) - rank(other) || size(other) - size(one));
  }

  /** Every n-th file, for `jest --shard`. */
  shard<Test extends TestFile>(
    tests: readonly Test[],
    { shardIndex, shardCount }: { readonly shardIndex: number; readonly shardCount: number },
  ): Test[] {
    return this.sort(tests).filter((_, index) => index % shardCount === shardIndex - 1);
  }

  /** For `jest --onlyFailures`, which would need a memory of the last run: all of them. */
  allFailedTests<Test extends TestFile>(tests: readonly Test[]): Test[] {
    return [...tests];
  }

  /** The order needs no memory of the last run. */
  cacheResults(): void {}
}

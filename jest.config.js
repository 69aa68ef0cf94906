// Jest runs the TypeScript sources as ES modules, transformed by swc (no type check: `npm run typecheck` does that).
import { availableParallelism } from 'node:os';

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // More than there are cores: tests of the whole system wait for processes, disks and real time limits for a quarter of their time.
  // (Jest would even keep one core for itself, which is half of a small machine.)
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  // What test files leave in a process makes starting programs and collecting garbage slower for all that come after them.
  workerIdleMemoryLimit: '512MB',
  globalSetup: '<rootDir>/test/make-temporary-folder.ts',
  testSequencer: '<rootDir>/test/slow-first.ts',
  testMatch: ['**/*.test.ts'],
  // Real processes, git and TLS take their time on a small or busy machine; what hangs is still found.
  testTimeout: 60_000,
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/.local'],
};

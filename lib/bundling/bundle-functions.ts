// Bundles all Lambda functions in one esbuild run, each into a folder of its own beside the configuration it reads.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { Configuration } from '../../config/schema.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Lets CommonJS dependencies inside an ES module bundle call `require`. */
const requireBanner =
  "import{createRequire as $createRequire}from'node:module';const require=$createRequire(import.meta.url);";

const alias = {
  // A function's credentials are in its environment: the chain of other providers is 100 kB that never runs.
  '@aws-sdk/credential-provider-node': './lib/bundling/environment-credentials.mjs',
  http: './lib/bundling/builtin-http.cjs',
  'node:http': './lib/bundling/builtin-http.cjs',
};

export interface BundledFunction {
  /** The handler's file, from the repository's root. */
  readonly entry: string;
  /** Whether the function reads the configuration at run time. */
  readonly configuration: boolean;
}

/** Bundles every function of a stack and returns its folder by name: `index.mjs`, its source map and, where it is read, `configuration.json`. */
export function bundleFunctions(
  functions: Readonly<Record<string, BundledFunction>>,
  configuration: Configuration,
  stack = 'automation',
): Record<string, string> {
  const directory = join(root, 'node_modules/.cache/function-bundles', String(process.pid), stack);
  rmSync(directory, { recursive: true, force: true });
  buildSync({
    absWorkingDir: root,
    entryPoints: Object.entries(functions).map(([name, { entry }]) => ({ in: entry, out: `${name}/index` })),
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: requireBanner },
    alias,
    logLevel: 'error',
  });
  const folders = Object.keys(functions).map((name): [string, string] => [name, join(directory, name)]);
  for (const [name, folder] of folders) {
    mkdirSync(folder, { recursive: true });
    if (functions[name]?.configuration)
      writeFileSync(join(folder, 'configuration.json'), JSON.stringify(configuration));
  }
  return Object.fromEntries(folders);
}

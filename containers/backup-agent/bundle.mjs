// Bundles the agent into one file: `node bundle.mjs <file>`. The image and the local world run the same one.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

await build({
  entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
  outfile: process.argv[2],
  bundle: true,
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  // An optional native client of `pg`, which is not installed.
  external: ['pg-native'],
  banner: {
    js: "import{createRequire as $createRequire}from'node:module';const require=$createRequire(import.meta.url);",
  },
  logLevel: 'error',
});

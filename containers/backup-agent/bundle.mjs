// Bundles the agent into one file: the image and the local world run the same one. `node bundle.mjs <file>`
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const http = fileURLToPath(new URL('builtin-http.cjs', import.meta.url));

export function bundleAgent(outfile) {
  buildSync({
    entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // An optional native client of `pg`, which is not installed.
    external: ['pg-native'],
    alias: { http, 'node:http': http },
    banner: {
      js: "import{createRequire as $createRequire}from'node:module';const require=$createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) bundleAgent(process.argv[2]);

#!/usr/bin/env node
// What `npx automation` runs, on whatever Node the host has: the bootstrap goes on with the pinned one.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bootstrap = fileURLToPath(new URL('../scripts/bootstrap.mjs', import.meta.url));
process.exit(
  spawnSync(process.execPath, [bootstrap, 'automation', ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1,
);

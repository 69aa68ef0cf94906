// Entry of the npm scripts, on whatever Node the host has: installs what is missing, then goes on with the pinned Node.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const stamp = join(root, 'node_modules', '.installed-lock');
// What Node has compiled once, it loads in less than half of the time.
const compileCache = join(root, 'node_modules', '.cache', 'compiled');
const jestFlags = '--experimental-vm-modules --disable-warning=ExperimentalWarning';

const commands = {
  setup: [],
  start: ['node', 'scripts/start.ts'],
  synth: ['node', 'scripts/synth.ts'],
  automation: ['node', 'cli/automation.ts'],
  draw: ['node', 'scripts/draw.ts'],
  bench: ['node', 'bench/main.ts'],
  monitoring: ['node', 'scripts/install-monitoring.ts'],
  pebble: ['node', 'scripts/install-pebble.ts'],
  'real-cluster': ['node', 'scripts/start-real-cluster.ts'],
  test: ['jest'],
  'test:cluster': ['jest', 'test/cluster'],
};

const [name, ...rest] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) fail(`unknown command ${name}, there are ${Object.keys(commands).join(', ')}`);
if (Number(process.versions.node.split('.')[0]) < 18)
  fail(`Node 18 or newer is needed to install, this is ${process.versions.node}`);

install();
if (name === 'setup') process.exit(0);
const inherited = process.env.NODE_OPTIONS ?? '';
process.exit(
  run(command[0], [...command.slice(1), ...rest], {
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? compileCache,
    NODE_OPTIONS:
      command[0] === 'jest' ? `${inherited} ${jestFlags}` : `${inherited} --disable-warning=ExperimentalWarning`,
  }),
);

/** Installs exactly what the lock file says, once for each lock file. */
function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('installing dependencies (once, about half a minute) …');
  const status = run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
  if (status !== 0) fail('npm ci failed: see its message above');
  writeFileSync(stamp, lock);
}

function run(program, args, environment = {}) {
  const result = spawnSync(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment, PATH: `${bin}${delimiter}${process.env.PATH}` },
  });
  if (result.error) fail(`could not run ${program}: ${result.error.message}`);
  return result.status ?? 1;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

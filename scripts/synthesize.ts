// Runs the CDK app without the CDK CLI; skips the second it takes when the sources have not changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Assemblies of tests, each named after the beginning of its sources' digest. */
export const testAssemblies = join(root, 'node_modules', '.cache', 'test-assemblies');
/** What the assembly is made of. */
const sources = ['config', 'contracts', 'core', 'lambdas', 'lib', 'state-machines', 'cdk.json', 'package-lock.json'];

export interface Synthesis {
  readonly directory: string;
  /** False when the assembly was up to date. */
  readonly fresh: boolean;
  readonly milliseconds: number;
}

/**
 * Synthesizes into `directory` (cdk.out of the repository unless told otherwise), or copies what the same sources gave for the
 * tests or for `npm start`. Without the CDK's check of the templates against CloudFormation's schemas unless `validate`: it takes
 * two thirds of the time, and what it finds are warnings.
 * @throws with the app's own output when it fails.
 */
export function synthesize({
  directory = join(root, 'cdk.out'),
  force = false,
  validate = false,
}: {
  directory?: string;
  force?: boolean;
  validate?: boolean;
} = {}): Synthesis {
  const startedAt = performance.now();
  const stamp = join(directory, '.sources');
  const digest = digestSources();
  const isOf = (file: string): boolean => existsSync(file) && readFileSync(file, 'utf8') === digest;
  const isUpToDate = (): boolean => isOf(stamp);
  const isStale = force || !isUpToDate();
  if (isStale) {
    // Beside and then renamed: whoever reads the assembly meanwhile sees the old one or the new one, whole.
    const fresh = `${directory}.${process.pid}`;
    rmSync(fresh, { recursive: true, force: true });
    const twins = force || validate ? [] : [join(root, 'cdk.out'), join(testAssemblies, digest.slice(0, 16))];
    const twin = twins.find((folder) => folder !== directory && isOf(join(folder, '.sources')));
    if (twin === undefined || !tryCopy(twin, fresh)) runApp(fresh, validate);
    writeFileSync(join(fresh, '.sources'), digest);
    if (!force && isUpToDate()) {
      // Another process was faster, and somebody may be reading its work already.
      rmSync(fresh, { recursive: true });
    } else {
      rmSync(directory, { recursive: true, force: true });
      renameSync(fresh, directory);
    }
  }
  return { directory, fresh: isStale, milliseconds: Math.round(performance.now() - startedAt) };
}

/** False, and nothing is left of it, when the other one is replaced meanwhile. */
function tryCopy(twin: string, directory: string): boolean {
  try {
    cpSync(twin, directory, { recursive: true });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    rmSync(directory, { recursive: true, force: true });
    return false;
  }
}

/** Throws with the app's own output when it fails. */
function runApp(directory: string, validate: boolean): void {
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'));
  const result = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'lib/app.ts'], {
    cwd: root,
    env: {
      ...process.env,
      CDK_OUTDIR: directory,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      ...(validate ? {} : { CDK_VALIDATION: 'false' }),
    },
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`the CDK app failed:\n${result.stderr || result.stdout}`);
  if (validate) process.stderr.write(result.stderr);
}

/** SHA-256, in hexadecimal, of everything that the assembly is made of. */
export function digestSources(): string {
  const hash = createHash('sha256');
  for (const source of sources) addToDigest(join(root, source), hash);
  return hash.digest('hex');
}

function addToDigest(path: string, hash: ReturnType<typeof createHash>): void {
  if (statSync(path).isDirectory()) {
    for (const entry of readdirSync(path).sort()) addToDigest(join(path, entry), hash);
  } else {
    hash.update(path).update(readFileSync(path));
  }
}

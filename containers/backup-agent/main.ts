// The backup agent: one command for each Job. What it did stands in the bucket; its exit code says whether it did it.
import { S3Client } from '@aws-sdk/client-s3';
import { type AgentResult, agentResultKey } from '../../contracts/backup-manifest.ts';
import { backUp } from './back-up.ts';
import { cutOver } from './cut-over.ts';
import { fenceDatabase, openDatabase } from './fence-database.ts';
import { log } from './log.ts';
import { recover } from './recover.ts';
import { restore } from './restore.ts';
import { type AgentSettings, readSettings } from './settings.ts';
import { putJson } from './storage/json-objects.ts';
import { sweepDrills } from './sweep-drills.ts';
import { undoRestore } from './undo-restore.ts';
import { verify } from './verify.ts';

type Command = (
  s3: S3Client,
  settings: AgentSettings,
  signal: AbortSignal,
) => Promise<Omit<AgentResult, 'outcome' | 'finishedAt'>>;

const commands: Readonly<Record<string, Command>> = {
  'back-up': async (s3, settings, signal) => {
    const { tables, object } = await backUp(s3, settings, signal);
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    return { reason: `${rows} rows of ${tables.length} tables in ${object.bytes} bytes` };
  },
  verify,
  restore,
  recover,
  'cut-over': (_s3, settings) => cutOver(settings),
  'undo-restore': (_s3, settings) => undoRestore(settings),
  'fence-database': (_s3, settings) => fenceDatabase(settings),
  'open-database': (_s3, settings) => openDatabase(settings),
  'sweep-drills': (_s3, settings) => sweepDrills(settings),
};

const name = process.argv[2] ?? '';
process.exitCode = await main(name);

async function main(name: string): Promise<number> {
  const command = commands[name];
  if (command === undefined) {
    log('error', `unknown command ${name}, there are ${Object.keys(commands).join(', ')}`);
    return 2;
  }
  const settings = readSettings(process.env);
  // A backup on its way home lies in the other region's bucket.
  const s3 = new S3Client({ maxAttempts: 5, followRegionRedirects: true });
  const stopped = new AbortController();
  // Kubernetes asks before it kills: what is under way is taken back.
  process.once('SIGTERM', () => stopped.abort(new Error('the pod is being stopped')));
  const record = async (outcome: AgentResult['outcome'], result: Omit<AgentResult, 'outcome' | 'finishedAt'>) => {
    const document: AgentResult = { outcome, ...result, finishedAt: new Date().toISOString() };
    await putJson(s3, { bucket: settings.bucket, key: agentResultKey(settings.job) }, document);
  };
  try {
    const result = await command(s3, settings, stopped.signal);
    await record('succeeded', result);
    log('info', result.reason, { command: name, job: settings.job });
    return 0;
  } catch (error) {
    const reason = describe(stopped.signal.aborted ? stopped.signal.reason : error);
    log('error', reason, { command: name, job: settings.job });
    // The exit code already says that it failed; whoever reads the result also learns why.
    await record('failed', { reason }).catch((failure) => log('error', `no result was written: ${describe(failure)}`));
    return 1;
  }
}

/** An error and what caused it, without credentials: neither pg_dump nor the SDK puts them into its messages. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const errors = error instanceof AggregateError ? error.errors.map(describe).join('; ') : '';
  return [
    `${error.name === 'Error' ? '' : `${error.name}: `}${error.message || errors}`,
    error.cause && describe(error.cause),
  ]
    .filter(Boolean)
    .join(': ');
}

// Whether an environment can be used in the region that it moves to: its services answer, Argo CD calls it healthy; and how old its data are.
import type { Configuration } from '../../config/schema.ts';
import type { AgentResult } from '../../contracts/backup-manifest.ts';
import type { Clock } from '../clock.ts';
import type { ApplicationObservation } from '../promotion/decide-rollout.ts';
import { runSmokeTests, type ServiceProbe } from '../promotion/run-smoke-tests.ts';

export interface SitePorts {
  readonly probe: ServiceProbe;
  readonly clock: Clock;
  /** Argo CD's Application of the environment, where it moves to. */
  readApplication(): Promise<ApplicationObservation>;
  findResult(bucket: string, job: string): Promise<AgentResult | undefined>;
}

export interface Restored {
  readonly database: string;
  readonly bucket: string;
  readonly job: string;
}

/**
 * All services of the configuration, by their own smoke tests. A "no" is an answer: the next look may see a yes. Old data are no "no": people
 * have agreed to that loss, and are told of it.
 */
export async function verifySite(
  configuration: Configuration,
  ports: SitePorts,
  restores: readonly Restored[],
): Promise<{ healthy: boolean; reason: string; data: string }> {
  const services = Object.entries(configuration.services).map(([name, { image, repository }]) => ({
    ...{ name, image, repository, version: '', commit: '' },
  }));
  const [{ passed, words }, application, data] = await Promise.all([
    runSmokeTests(configuration, ports, services as never),
    ports.readApplication(),
    Promise.all(restores.map((restore) => describeData(configuration, ports, restore))),
  ]);
  const problem = findProblem(application);
  return {
    healthy: passed && problem === undefined,
    reason: problem === undefined ? words : `${words}; ${problem}`,
    data: data.join('; '),
  };
}

function findProblem({ healthStatus, healthMessage, syncStatus }: ApplicationObservation): string | undefined {
  if (syncStatus !== 'Synced') return `Argo CD says ${syncStatus ?? 'nothing of its sync'}`;
  if (healthStatus === 'Healthy') return undefined;
  return `Argo CD calls it ${healthStatus ?? 'nothing yet'}${healthMessage === undefined ? '' : `: ${healthMessage}`}`;
}

async function describeData(
  { recovery }: Configuration,
  { clock, findResult }: SitePorts,
  { database, bucket, job }: Restored,
): Promise<string> {
  const facts = (await findResult(bucket, job))?.facts;
  if (facts === undefined) return `what ${database} holds is not known`;
  const rows = facts.tables.reduce((sum, table) => sum + table.rows, 0);
  const holds = `${database} holds ${rows} rows of ${facts.tables.length} tables`;
  if (facts.newestRecordAt === undefined) return `${holds}, of what age is not known`;
  const minutes = Math.max(0, Math.round((clock.now() - Date.parse(facts.newestRecordAt)) / 60_000));
  const allowed = recovery.recoveryPointMinutes.database;
  return `${holds}, the newest of ${facts.newestRecordAt}, ${minutes} min ago${minutes > allowed ? ` where ${allowed} are allowed` : ''}`;
}

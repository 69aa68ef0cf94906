// Scales down the colours that were kept warm long enough: one commit each, under the service's lease.
import type { Configuration } from '../../../config/schema.ts';
import type { ColoursRecord } from '../../../contracts/ledger/colours.ts';
import { type Clock, formatTime } from '../../clock.ts';
import type { LeaseStore } from '../acquire-leases.ts';
import type { GitOpsRepository, LeaseCheck } from '../commit-promotion.ts';
import { readColours, scaleColour } from './blue-green-strategy.ts';

export interface ColourStore {
  /** Of all environments and services. */
  list(): Promise<readonly ColoursRecord[]>;
  put(records: readonly ColoursRecord[]): Promise<void>;
}

export interface RetirePorts {
  readonly repository: GitOpsRepository;
  readonly leases: Pick<LeaseStore, 'take' | 'release'>;
  readonly leaseCheck: LeaseCheck;
  readonly colours: ColourStore;
  readonly clock: Clock;
}

export interface Retired {
  readonly environment: string;
  readonly service: string;
  /** `scaled-down`, or why not: somebody is changing it, or another colour is live by now. */
  readonly outcome: 'scaled-down' | 'already-down' | 'busy' | 'moved';
}

/** Longer than a commit takes, shorter than anybody wants to wait for it. */
const leaseSeconds = 60;

/**
 * A promotion or rollback that holds the lease goes first, and one that takes it over fences us off: then the colour is left as
 * it is until the next run. What Git says counts, the ledger only says when to look.
 */
export async function retireColours(
  configuration: Configuration,
  ports: RetirePorts,
  holder: string,
): Promise<Retired[]> {
  const now = formatTime(ports.clock.now());
  const due = (await ports.colours.list()).filter(({ warmUntil }) => warmUntil !== undefined && warmUntil <= now);
  const retired: Retired[] = [];
  for (const record of due) {
    const { environment, service } = record;
    const where = locate(configuration, environment, service);
    if (where === undefined) continue;
    const options = { promotionId: `retire-${record.promotionId}`, durationSeconds: leaseSeconds };
    const answer = await ports.leases.take(environment, service, holder, options);
    if ('holder' in answer) {
      retired.push({ environment, service, outcome: 'busy' });
      continue;
    }
    try {
      const outcome = await scaleDown(ports, holder, record, where, answer.fencingToken);
      retired.push({ environment, service, outcome });
    } finally {
      await ports.leases.release(environment, service, holder, answer.fencingToken);
    }
  }
  return retired;
}

/** Undefined for what the configuration does not know any more. */
function locate(
  { environments, services }: Configuration,
  environment: string,
  service: string,
): { readonly file: string; readonly deployment: string } | undefined {
  const target = environments[environment];
  const known = services[service];
  if (target?.strategy !== 'blue-green' || known === undefined) return undefined;
  return { file: `${target.overlayPath}/kustomization.yaml`, deployment: known.deployment ?? service };
}

async function scaleDown(
  { repository, leaseCheck, colours }: RetirePorts,
  holder: string,
  record: ColoursRecord,
  { file, deployment }: { readonly file: string; readonly deployment: string },
  fencingToken: number,
): Promise<Retired['outcome']> {
  const { environment, service, warmUntil: _warmUntil, ...rest } = record;
  const { revision, content } = await repository.read(file);
  const { active, idle, replicas } = readColours(content, deployment);
  // Somebody switched by hand: what was warm is live now.
  if (active !== record.active) return 'moved';
  if (replicas[idle] > 0) {
    const message = `Scale down ${service} ${idle} in ${environment}\n\nIt was kept warm until ${record.warmUntil}.\n`;
    const commit = await repository.createCommit(revision, file, scaleColour(content, deployment, idle, 0), message);
    if (!(await leaseCheck.holds(environment, holder, [{ service, fencingToken }]))) return 'busy';
    if ((await repository.advance(commit)) === 'moved') return 'busy';
  }
  const held = { ...record[idle], replicas: 0 };
  await colours.put([{ ...rest, environment, service, [idle]: held, fencingToken }]);
  return replicas[idle] > 0 ? 'scaled-down' : 'already-down';
}

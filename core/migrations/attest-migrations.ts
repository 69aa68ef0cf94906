// What the gate migration-compatible is told, by the schema levels that images declare.
import type { ResolvedService } from '../../contracts/workflows/promotion.ts';
import type { Attestation } from '../gates/gate-facts.ts';
import type { GateLedger } from '../gates/read-gate-facts.ts';
import { findConflict, type ReadLevels } from './schema-levels.ts';

/** While one version takes over from another both use the database: what runs there now must stand what the new one does to it. */
export async function attestMigrations(
  { readLevels, ledger }: { readonly readLevels: ReadLevels; readonly ledger: Pick<GateLedger, 'listDeployments'> },
  { name, version, image, digest = '' }: ResolvedService,
  environment: string,
): Promise<Attestation> {
  const own = await readLevels(image, digest);
  if (typeof own === 'string') return { isAccepted: false, words: own };
  const deployments = await ledger.listDeployments(environment, name);
  const running = deployments.find(({ outcome }) => outcome === 'succeeded');
  if (running === undefined) return { isAccepted: true, words: 'nothing runs there yet' };
  const theirs = await readLevels(running.image, running.digest);
  if (typeof theirs === 'string')
    return { isAccepted: false, words: `${running.version}, which runs there: ${theirs}` };
  const [ours, runs] = [
    { ...own, version },
    { ...theirs, version: running.version },
  ];
  const conflict = findConflict(ours, runs) ?? findConflict(runs, ours);
  return conflict === undefined
    ? { isAccepted: true, words: 'both fit one database' }
    : { isAccepted: false, words: `${conflict}: release one in between that fits both` };
}

// What the ledger knows that gates ask for.
import { desiredRecord } from '../../contracts/ledger/releases.ts';
import { quarantineRecord } from '../../contracts/ledger/rollbacks.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { ResolvedService } from '../../contracts/workflows/promote-release.ts';
import type { GateFacts } from '../../core/promotion/evaluate-gates.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

/** Quarantines of the services' digests and the newest wishes for them, by service. */
export async function readGateFacts(
  ledger: DynamoLedger,
  environment: string,
  services: readonly ResolvedService[],
): Promise<Pick<GateFacts, 'quarantines' | 'newestWishes'>> {
  const quarantines: Record<string, string> = {};
  const newestWishes: Record<string, GateFacts['newestWishes'][string]> = {};
  for (const { name, digest } of services) {
    const wish = await ledger.find(desiredRecord, ledgerKey.desired(environment, name));
    if (wish !== undefined) newestWishes[name] = wish;
    if (digest === undefined) continue;
    const quarantine = await ledger.find(quarantineRecord, ledgerKey.quarantine(name, digest));
    if (quarantine !== undefined) quarantines[name] = quarantine.reason;
  }
  return { quarantines, newestWishes };
}

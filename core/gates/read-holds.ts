// Why a version that is on its way must not gain users now, as the ledger says it at this moment.
import type { Configuration } from '../../config/schema.ts';
import { getEnvironment } from '../configuration/get-configured.ts';
import { findHolds } from './find-holds.ts';
import type { GateVerdict } from './gate.ts';
import { type GateLedger, readHappenings } from './read-gate-facts.ts';

export type HoldLedger = Pick<GateLedger, 'listIncidents' | 'listAlerts' | 'listFreezeSources' | 'listOverrides'>;

/** Of the gates that the environment asks for. What cannot be read holds it, with that word. */
export async function readHolds(
  configuration: Configuration,
  ledger: HoldLedger,
  { environment, service, now }: { readonly environment: string; readonly service: string; readonly now: string },
): Promise<GateVerdict[]> {
  const [happenings, overrides] = await Promise.all([
    readHappenings(configuration, ledger, environment),
    ledger.listOverrides(environment, now),
  ]);
  const { gates: names } = getEnvironment(configuration, environment);
  return findHolds({ ...happenings, environment, service, now, names, overrides });
}

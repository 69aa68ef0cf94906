// What the ledger knows that gates ask for.
import { overridableGates } from '../../config/gate-names.ts';
import { alertRecord } from '../../contracts/ledger/alerts.ts';
import { approvalRecord } from '../../contracts/ledger/approvals.ts';
import { circuitRecord } from '../../contracts/ledger/circuits.ts';
import { deploymentRecord } from '../../contracts/ledger/deployments.ts';
import { freezeRecord, gateOverrideRecord } from '../../contracts/ledger/freezes.ts';
import { leaseRecord } from '../../contracts/ledger/leases.ts';
import { desiredRecord } from '../../contracts/ledger/releases.ts';
import { incidentRecord, quarantineRecord } from '../../contracts/ledger/rollbacks.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import { findOverrideInForce } from '../../core/gates/override.ts';
import type { GateLedger } from '../../core/gates/read-gate-facts.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

/** How far back a digest is looked for in the environment before. */
const historyLength = 50;

export function createDynamoGateLedger(ledger: DynamoLedger): GateLedger {
  return {
    findQuarantine: async (service, digest) =>
      (await ledger.find(quarantineRecord, ledgerKey.quarantine(service, digest)))?.reason,
    findWish: async (environment, service) => await ledger.find(desiredRecord, ledgerKey.desired(environment, service)),
    async listDeployments(environment, service) {
      const { pk } = ledgerKey.deployment(environment, service, '', '');
      return await ledger.list(deploymentRecord, pk, { limit: historyLength, newestFirst: true });
    },
    async listIncidents() {
      const incidents = await ledger.listByKind(incidentRecord, ledgerKind.incident);
      return incidents.filter(({ status }) => status === 'open');
    },
    listAlerts: async (environment) => await ledger.listByKind(alertRecord, ledgerKind.firingAlert(environment)),
    async listFreezeSources() {
      const [added, circuits] = await Promise.all([
        ledger.listByKind(freezeRecord, ledgerKind.freeze),
        ledger.listByKind(circuitRecord, ledgerKind.circuit),
      ]);
      return { added, circuits };
    },
    async countOtherHolders(environment, holder, now) {
      const leases = await ledger.list(leaseRecord, ledgerKey.lease(environment, '').pk);
      const holders = leases
        .filter(({ leaseUntilMilliseconds = 0 }) => leaseUntilMilliseconds > Date.parse(now))
        .flatMap((lease) => (lease.holder === undefined || lease.holder === holder ? [] : [lease.holder]));
      return new Set(holders).size;
    },
    async listOverrides(environment, now) {
      const { pk } = ledgerKey.gateOverride(environment, '', '');
      const records = await ledger.list(gateOverrideRecord, pk, { newestFirst: true, limit: historyLength });
      const inForce = records.filter(({ validUntil }) => validUntil > now);
      const found = await Promise.all(
        inForce.map(async ({ gates, ...record }) => {
          const known = gates.filter((gate) => (overridableGates as readonly string[]).includes(gate));
          const plan = { ...record, gates: known as (typeof overridableGates)[number][] };
          const approval = await ledger.find(approvalRecord, ledgerKey.approval(record.approvalId));
          return findOverrideInForce(plan, approval, now);
        }),
      );
      return found.filter((override) => override !== undefined);
    },
  };
}

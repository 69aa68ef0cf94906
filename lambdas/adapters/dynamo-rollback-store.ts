// What rollbacks read and write, in the ledger.

import { circuitRecord, circuitScope, wholeCircuit } from '../../contracts/ledger/circuits.ts';
import { claimRecord } from '../../contracts/ledger/claims.ts';
import { rolloutRecord } from '../../contracts/ledger/deployments.ts';
import { automaticRollbacksRecord, quarantineRecord } from '../../contracts/ledger/rollbacks.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { IsAlertResolved, RollbackPlanningPorts } from '../../core/rollback/rollback-ports.ts';
import type { RollbackLedger } from '../../core/rollback/settle-rollback.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';
import { createDynamoReleaseHistory } from './dynamo-release-store.ts';

export function createDynamoRollbackHistory(
  ledger: DynamoLedger,
  tagTemplate: string,
): RollbackPlanningPorts['history'] {
  return {
    listDeployments: createDynamoReleaseHistory(ledger, tagTemplate).listDeployments,
    findRollout: async (environment, service) =>
      await ledger.find(rolloutRecord, ledgerKey.rollout(environment, service)),
    async listOpenCircuits(environment, service) {
      const scopes = [circuitScope(environment, service), wholeCircuit];
      const circuits = await Promise.all(
        scopes.map(async (scope) => await ledger.find(circuitRecord, ledgerKey.circuit(scope))),
      );
      return circuits.flatMap((circuit) => (circuit?.status === 'open' ? [circuit] : []));
    },
  };
}

/** All of a service in one call. */
export function createDynamoQuarantines(ledger: DynamoLedger): RollbackPlanningPorts['listQuarantines'] {
  return async (service) => {
    const records = await ledger.list(quarantineRecord, ledgerKey.quarantine(service, '').pk);
    return Object.fromEntries(records.map(({ digest, reason }) => [digest, reason]));
  };
}

/** The ingress claims each state of an alert: a claim of its end means that it has ended. */
export function createDynamoAlertWatch(ledger: DynamoLedger): IsAlertResolved {
  return async (resolvedEventId) =>
    (await ledger.find(claimRecord, ledgerKey.claim('alert', resolvedEventId))) !== undefined;
}

export function createDynamoRollbackLedger(ledger: DynamoLedger): RollbackLedger {
  return {
    findAutomaticRollbacks: async () => await ledger.find(automaticRollbacksRecord, ledgerKey.automaticRollbacks()),
    async putAutomaticRollbacks(record, version) {
      const { written } = await ledger.put(
        record,
        version === undefined
          ? { expression: 'attribute_not_exists(pk)' }
          : { expression: '#version = :seen', names: { '#version': 'version' }, values: { ':seen': version } },
      );
      return written;
    },
    async putDecision(record) {
      await ledger.put(record);
    },
    async openCircuit(record) {
      const result = await ledger.put(record, {
        expression: 'attribute_not_exists(pk) OR #status = :closed OR rollbackId = :own',
        names: { '#status': 'status' },
        values: { ':closed': 'closed', ':own': record.rollbackId },
      });
      return result.written;
    },
    async putQuarantine(record) {
      await ledger.put(record, { expression: 'attribute_not_exists(pk)' });
    },
  };
}

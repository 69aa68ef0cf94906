// What holds others off an environment, in the ledger.
import { circuitKeys, circuitRecord } from '../../contracts/ledger/circuits.ts';
import { failOverKeys } from '../../contracts/ledger/fail-overs.ts';
import { freezeKeys } from '../../contracts/ledger/freezes.ts';
import { leaseKeys, leaseRecord } from '../../contracts/ledger/leases.ts';
import { siteRecord } from '../../contracts/ledger/sites.ts';
import type { FenceStore } from '../../core/recovery/fence-environment.ts';
import type { HomeFenceParts } from '../../core/recovery/fence-home.ts';
import type { TakeOverParts } from '../../core/recovery/take-over-move.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

export function createDynamoFenceStore(
  ledger: DynamoLedger,
): FenceStore & Pick<TakeOverParts, 'takeOver'> & Pick<HomeFenceParts, 'putUnmoved'> {
  return {
    findSite: (environment) => ledger.find(siteRecord, failOverKeys.site(environment)),
    async putSite(record, by) {
      const condition = {
        expression: 'attribute_not_exists(pk) OR attribute_not_exists(movedBy) OR movedBy = :by',
        values: { ':by': by },
      };
      return (await ledger.put(record, condition)).written;
    },
    async putUnmoved(record) {
      const condition = {
        expression: 'attribute_not_exists(movedBy) AND site = :site AND since = :since',
        values: { ':site': record.site, ':since': record.since },
      };
      return (await ledger.put(record, condition)).written;
    },
    async takeOver(record, seen) {
      const condition =
        seen === undefined
          ? { expression: 'attribute_not_exists(#move.takenOverBy)', names: { '#move': 'move' } }
          : { expression: '#move.takenOverBy = :seen', names: { '#move': 'move' }, values: { ':seen': seen } };
      const { expression, ...rest } = condition;
      const held = `movedBy = :holder AND ${expression}`;
      const values = { ...('values' in rest ? rest.values : {}), ':holder': record.movedBy };
      return (await ledger.put(record, { ...rest, expression: held, values })).written;
    },
    async findToken(environment, service, holder) {
      const lease = await ledger.find(leaseRecord, leaseKeys.lease(environment, service));
      return lease?.holder === holder ? lease.fencingToken : undefined;
    },
    findCircuit: (scope) => ledger.find(circuitRecord, circuitKeys.circuit(scope)),
    async putCircuit(record) {
      await ledger.put(record);
    },
    async putFreeze(record) {
      await ledger.put(record);
    },
    removeFreeze: (freezeId) => ledger.remove(freezeKeys.freeze(freezeId)),
  };
}

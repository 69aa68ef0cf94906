// Wishes and leases, in the ledger: who wants what newest, and who may change it.

import { leaseRecord } from '../../contracts/ledger/leases.ts';
import { desiredRecord } from '../../contracts/ledger/releases.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { AppError } from '../../core/app-error.ts';
import type { Clock } from '../../core/clock.ts';
import type { LeaseStore } from '../../core/promotion/acquire-leases.ts';
import type { LeaseCheck } from '../../core/promotion/commit-promotion.ts';
import { isNewer } from '../../core/promotion/decide-newest.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

/** Every change is conditional on what was read; after this many races somebody else has surely had their way. */
const maximumRaces = 10;

export function createDynamoLeaseStore(ledger: DynamoLedger, clock: Clock): LeaseStore {
  return {
    async wish(environment, service, wish) {
      const key = ledgerKey.desired(environment, service);
      for (let race = 0; race < maximumRaces; race += 1) {
        const existing = await ledger.find(desiredRecord, key);
        if (!isNewer(wish, existing)) return existing;
        const { promotionId, version, commit, previousCommit, desiredAt } = wish;
        const { written } = await ledger.put(
          { ...key, promotionId, version, commit, previousCommit, desiredAt },
          existing === undefined
            ? { expression: 'attribute_not_exists(pk)' }
            : { expression: 'promotionId = :seen', values: { ':seen': existing.promotionId } },
        );
        if (written) return undefined;
      }
      throw contention(environment, service);
    },

    async take(environment, service, holder, { promotionId, durationSeconds, deadHolder }) {
      const key = ledgerKey.lease(environment, service);
      for (let race = 0; race < maximumRaces; race += 1) {
        const existing = await ledger.find(leaseRecord, key);
        const now = clock.now();
        const isOurs = existing?.holder === holder;
        const isFree =
          existing?.holder === undefined ||
          existing.holder === deadHolder ||
          (existing.leaseUntilMilliseconds ?? 0) <= now;
        if (!isOurs && !isFree) return { holder: existing.holder ?? 'nobody' };
        const fencingToken = isOurs ? existing.fencingToken : (existing?.fencingToken ?? 0) + 1;
        const isTakenOver = existing?.takenOver === true || (!isOurs && existing?.holder !== undefined);
        const takenOver = isTakenOver ? ({ takenOver: true } as const) : {};
        const { written } = await ledger.put(
          {
            ...key,
            fencingToken,
            holder,
            promotionId,
            leaseUntilMilliseconds: now + durationSeconds * 1000,
            ...takenOver,
          },
          existing === undefined
            ? { expression: 'attribute_not_exists(pk)' }
            : {
                expression: `fencingToken = :token AND ${existing.holder === undefined ? 'attribute_not_exists(holder)' : 'holder = :seen'}`,
                values: {
                  ':token': existing.fencingToken,
                  ...(existing.holder === undefined ? {} : { ':seen': existing.holder }),
                },
              },
        );
        if (written) return { fencingToken, ...takenOver };
      }
      throw contention(environment, service);
    },

    async release(environment, service, holder, fencingToken) {
      const { written } = await ledger.update(
        ledgerKey.lease(environment, service),
        {},
        {
          expression: 'holder = :holder AND fencingToken = :token',
          values: { ':holder': holder, ':token': fencingToken },
        },
        ['holder', 'promotionId', 'leaseUntilMilliseconds'],
      );
      return written;
    },
  };
}

/** Reads consistently: what it says was true when it was asked. */
export function createDynamoLeaseCheck(ledger: DynamoLedger, clock: Clock): LeaseCheck {
  return {
    async holds(environment, holder, leases) {
      const records = await Promise.all(
        leases.map(async ({ service }) => await ledger.find(leaseRecord, ledgerKey.lease(environment, service))),
      );
      return leases.every(({ fencingToken }, index) => {
        const record = records[index];
        return (
          record?.holder === holder &&
          record.fencingToken === fencingToken &&
          (record.leaseUntilMilliseconds ?? 0) > clock.now()
        );
      });
    },
  };
}

function contention(environment: string, service: string): AppError {
  return new AppError(
    'ThrottledError',
    `${service} in ${environment} is wanted by too many at once: it will be tried again`,
  );
}

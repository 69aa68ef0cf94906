// What the claims of a delivery make of DynamoDB's answers that only happen under contention.

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDynamoClaimStore } from '../../../lambdas/adapters/dynamo-claim-store.ts';
import { DynamoLedger } from '../../../lambdas/adapters/dynamo-ledger.ts';
import { openLedger, type TestLedger } from './open-ledger.ts';

const delivery = { id: 'd1', bodySha256: 'b1' };
let opened: TestLedger;
beforeEach(async () => {
  opened = await openLedger();
});
afterEach(async () => await opened.stop());

/** A table on which each transaction is cancelled for these reasons. */
function cancelling(...codes: string[]): DynamoLedger {
  const error = Object.assign(new Error('Transaction cancelled'), {
    name: 'TransactionCanceledException',
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
  return new DynamoLedger({ send: () => Promise.reject(error) } as unknown as DynamoDBClient, 'ledger');
}

describe('a delivery', () => {
  it('is taken by one of many, whatever their number, and is done for all afterwards', async () => {
    const claims = createDynamoClaimStore(opened.ledger, opened.clock, 14);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => claims.take(delivery, `holder-${index}`)),
    );
    expect(answers.toSorted()).toEqual([...Array.from({ length: 19 }, () => 'in-progress'), 'taken']);
    await claims.completeBody('b1', `holder-${answers.indexOf('taken')}`);
    expect(await claims.take(delivery, 'late')).toBe('done');
  });

  it('is refused with another body, and leaves that body free', async () => {
    const claims = createDynamoClaimStore(opened.ledger, opened.clock, 14);
    expect(await claims.take(delivery, 'one')).toBe('taken');
    expect(await claims.take({ id: 'd1', bodySha256: 'b2' }, 'two')).toBe('conflict');
    expect(await claims.take({ id: 'd2', bodySha256: 'b2' }, 'two')).toBe('taken');
  });

  it('is under way elsewhere while another transaction holds its items', async () => {
    const claims = createDynamoClaimStore(cancelling('None', 'TransactionConflict'), opened.clock, 14);
    expect(await claims.take(delivery, 'one')).toBe('in-progress');
  });

  it('is an inability, not an answer, when DynamoDB cancels for reasons of its own', async () => {
    const claims = createDynamoClaimStore(cancelling('ThrottlingError', 'None'), opened.clock, 14);
    await expect(claims.take(delivery, 'one')).rejects.toThrow('Transaction cancelled');
  });
});

// What the command line writes to the ledger: what a person decides without a workflow, each with the record of the decision.
import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '../contracts/ledger/attribute-values.ts';
import { buildDecisionRecord, type DecisionRecord } from '../contracts/ledger/decisions.ts';
import type { LedgerKey } from '../contracts/ledger/item.ts';
import type { Connection } from './connection.ts';

export async function putRecord(connection: Connection, record: LedgerKey): Promise<void> {
  const TableName = connection.deployment.ledgerTableName;
  await connection.dynamoDb.send(new PutItemCommand({ TableName, Item: toItem(record) }));
}

export async function deleteRecord(connection: Connection, { pk, sk }: LedgerKey): Promise<void> {
  const TableName = connection.deployment.ledgerTableName;
  await connection.dynamoDb.send(new DeleteItemCommand({ TableName, Key: toItem({ pk, sk }) }));
}

/** To be written before what it allows, so that nothing is done without a record of who wanted it and why. */
export async function recordDecision(
  connection: Connection,
  decision: Pick<DecisionRecord, 'rule' | 'words' | 'inputs' | 'occurredAt'> & {
    /** A name that no other decision has. */
    readonly id: string;
    /** The chain of causes that it belongs to; one of its own when absent. */
    readonly cause?: Pick<DecisionRecord, 'correlationId' | 'causationId'>;
  },
): Promise<void> {
  const { id, cause = { correlationId: id, causationId: id }, ...told } = decision;
  await putRecord(connection, buildDecisionRecord(told.rule, { promotionId: id, outcome: 'acted', ...told, ...cause }));
}

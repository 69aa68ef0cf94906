// `automation quarantine list|lift`: which digests must not run, and how one may again.
import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type QuarantineRecord, quarantineRecord } from '../../contracts/ledger/rollbacks.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { Connection } from '../connection.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { CommandFailure, exitCodes, printable, renderTable } from '../output.ts';

export interface Lift {
  readonly service: string;
  /** `sha256:…` as `quarantine list` shows it. */
  readonly digest: string;
  readonly reason: string;
  readonly actor: string;
  /** ISO 8601. */
  readonly now: string;
}

/** Newest first. */
export async function listQuarantines(connection: Connection): Promise<QuarantineRecord[]> {
  return await createLedgerReader(connection).listByKind(ledgerKind.quarantine, quarantineRecord, {
    newestFirst: true,
  });
}

export function renderQuarantines(records: readonly QuarantineRecord[]): string {
  if (records.length === 0) return 'nothing is quarantined';
  const rows = records.map(({ service, version, digest, quarantinedAt, reason }) => [
    service,
    version,
    digest,
    quarantinedAt,
    printable(reason),
  ]);
  return renderTable(['SERVICE', 'VERSION', 'DIGEST', 'SINCE', 'BECAUSE'], rows);
}

/** Lets the digest run again; who lifted it and why stays in the ledger, in the chain of causes of the rollback. */
export async function liftQuarantine(connection: Connection, lift: Lift): Promise<QuarantineRecord> {
  const { service, digest, reason, actor, now } = lift;
  const key = ledgerKey.quarantine(service, digest);
  const found = await createLedgerReader(connection).find(key, quarantineRecord);
  if (found === undefined) {
    throw new CommandFailure(
      `${service} ${digest} is not quarantined: see \`automation quarantine list\``,
      exitCodes.notFound,
    );
  }
  const TableName = connection.deployment.ledgerTableName;
  const decisionId = `lift-${digest}-${now}`;
  const decision = {
    ...ledgerKey.decision(decisionId, 'lift-quarantine'),
    kind: ledgerKind.decision(now),
    sortKey: `${now}#${decisionId}`,
    promotionId: decisionId,
    rule: 'lift-quarantine',
    outcome: 'acted',
    words: `${actor} lets ${service} ${found.version} run again: ${reason}`,
    occurredAt: now,
    correlationId: found.correlationId,
    causationId: found.rollbackId,
  };
  const texts = Object.entries(decision).map(([name, value]) => [name, { S: value }]);
  const inputs = { M: { service: { S: service }, digest: { S: digest }, quarantinedBecause: { S: found.reason } } };
  // The record first: nothing is lifted without one.
  await connection.dynamoDb.send(new PutItemCommand({ TableName, Item: { ...Object.fromEntries(texts), inputs } }));
  await connection.dynamoDb.send(new DeleteItemCommand({ TableName, Key: { pk: { S: key.pk }, sk: { S: key.sk } } }));
  return found;
}

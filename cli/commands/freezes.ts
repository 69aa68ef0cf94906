// `automation freeze` and `automation override`: times in which nothing moves forward, and gates that people overrule.
import { randomUUID } from 'node:crypto';
import { approvalRecord } from '../../contracts/ledger/approvals.ts';
import {
  type FreezeRecord,
  freezeRecord,
  type GateOverrideRecord,
  gateOverrideRecord,
} from '../../contracts/ledger/freezes.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import { requestOverrideTask } from '../../contracts/workflows/override.ts';
import type { Connection } from '../connection.ts';
import { invokeFunction } from '../invoke-function.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { deleteRecord, putRecord, recordDecision } from '../ledger-writer.ts';
import { CommandFailure, exitCodes, printable, renderTable } from '../output.ts';

export interface NewFreeze {
  readonly name: string;
  readonly reason: string;
  readonly env?: readonly string[] | undefined;
  readonly service?: readonly string[] | undefined;
  /** ISO 8601; now when absent. */
  readonly from?: string | undefined;
  /** Until it is lifted when absent. */
  readonly until?: string | undefined;
  readonly actor: string;
  readonly now: string;
}

/** Those that people have added and that are not over; those of the configuration stand there. */
export async function listFreezes(connection: Connection, now: string): Promise<FreezeRecord[]> {
  const records = await createLedgerReader(connection).listByKind(ledgerKind.freeze, freezeRecord);
  return records.filter(({ until }) => until === undefined || until > now);
}

export function renderFreezes(records: readonly FreezeRecord[]): string {
  if (records.length === 0) return 'nobody has added a freeze; those of the configuration stand there';
  const rows = records.map(({ freezeId, name, reason, environments, services, from, until, addedBy }) => [
    freezeId,
    printable(name),
    environments?.join(', ') ?? 'all',
    services?.join(', ') ?? 'all',
    from,
    until ?? 'until it is lifted',
    printable(addedBy),
    printable(reason),
  ]);
  return renderTable(['ID', 'NAME', 'ENVIRONMENTS', 'SERVICES', 'FROM', 'UNTIL', 'BY', 'BECAUSE'], rows);
}

/** Nothing moves forward in its scope; what goes back is not held up. */
export async function addFreeze(connection: Connection, freeze: NewFreeze): Promise<FreezeRecord> {
  const from = parseTime(freeze.from ?? freeze.now, '--from');
  const until = freeze.until === undefined ? undefined : parseTime(freeze.until, '--until');
  if (until !== undefined && until <= from)
    throw new CommandFailure('--until must be later than --from', exitCodes.usage);
  const freezeId = randomUUID().slice(0, 8);
  const record: FreezeRecord = {
    ...ledgerKey.freeze(freezeId),
    kind: ledgerKind.freeze,
    sortKey: `${from}#${freezeId}`,
    freezeId,
    name: freeze.name,
    reason: freeze.reason,
    ...(freeze.env === undefined ? {} : { environments: [...freeze.env] }),
    ...(freeze.service === undefined ? {} : { services: [...freeze.service] }),
    from,
    ...(until === undefined ? {} : { until }),
    addedBy: freeze.actor,
    addedAt: freeze.now,
  };
  await recordDecision(connection, {
    id: `add-freeze-${freezeId}`,
    rule: 'add-freeze',
    words: `${freeze.actor} freezes ${freeze.name}: ${freeze.reason}`,
    inputs: {},
    occurredAt: freeze.now,
  });
  await putRecord(connection, record);
  return record;
}

/** By its id, or by its name while only one has it. @throws CommandFailure when it is none, or more than one. */
export function pickFreeze(records: readonly FreezeRecord[], wanted: string): FreezeRecord {
  const byId = records.find(({ freezeId }) => freezeId === wanted);
  const named = records.filter(({ name }) => name === wanted);
  const found = byId ?? (named.length === 1 ? named[0] : undefined);
  if (found !== undefined) return found;
  if (named.length === 0)
    throw new CommandFailure(`no freeze ${wanted}: see \`automation freeze list\``, exitCodes.notFound);
  const ids = named.map(({ freezeId }) => freezeId).join(', ');
  throw new CommandFailure(`${named.length} freezes are called ${wanted}, say which one: ${ids}`, exitCodes.usage);
}

export async function liftFreeze(
  connection: Connection,
  wanted: string,
  { reason, actor, now }: { readonly reason: string; readonly actor: string; readonly now: string },
): Promise<FreezeRecord> {
  const records = await createLedgerReader(connection).listByKind(ledgerKind.freeze, freezeRecord);
  const found = pickFreeze(records, wanted);
  const { freezeId } = found;
  await recordDecision(connection, {
    id: `lift-freeze-${freezeId}`,
    rule: 'lift-freeze',
    words: `${actor} lifts the freeze ${found.name}: ${reason}`,
    inputs: {},
    occurredAt: now,
  });
  await deleteRecord(connection, ledgerKey.freeze(freezeId));
  return found;
}

export interface ListedOverride
  extends Pick<
    GateOverrideRecord,
    'approvalId' | 'environment' | 'service' | 'gates' | 'reason' | 'validUntil' | 'requestedBy'
  > {
  readonly status: string;
}

/** Those that are not over, also while they wait for people. */
export async function listOverrides(connection: Connection, now: string): Promise<ListedOverride[]> {
  const ledger = createLedgerReader(connection);
  const records = await ledger.listByKind(ledgerKind.gateOverride, gateOverrideRecord);
  return await Promise.all(
    records
      .filter(({ validUntil }) => validUntil > now)
      .map(async ({ approvalId, environment, service, gates, reason, validUntil, requestedBy }) => {
        const approval = await ledger.find(ledgerKey.approval(approvalId), approvalRecord);
        const status = approval?.status ?? 'unknown';
        return { approvalId, environment, service, gates, reason, validUntil, requestedBy, status };
      }),
  );
}

export function renderOverrides(overrides: readonly ListedOverride[]): string {
  if (overrides.length === 0) return 'no gate is overruled';
  const rows = overrides.map(({ approvalId, environment, service, gates, status, validUntil, requestedBy, reason }) => [
    approvalId,
    environment,
    service,
    gates.join(', '),
    status,
    validUntil,
    printable(requestedBy),
    printable(reason),
  ]);
  return renderTable(['ID', 'ENVIRONMENT', 'SERVICE', 'GATES', 'STATUS', 'UNTIL', 'ASKED BY', 'BECAUSE'], rows);
}

export async function requestOverride(
  connection: Connection,
  application: string,
  request: {
    readonly environment: string;
    readonly service: string;
    readonly gates: readonly string[];
    readonly reason: string;
    readonly minutes: number;
    readonly requestedBy: string;
    readonly requestedAt: string;
  },
) {
  const payload = { ...request, overrideId: randomUUID().slice(0, 8) };
  return await invokeFunction(connection, `${application}-request-override`, payload, requestOverrideTask.output);
}

function parseTime(text: string, option: string): string {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new CommandFailure(`${option} must be a time such as 2026-12-24T12:00:00+01:00, got ${text}`, exitCodes.usage);
}

// The state machines there are: created from templates and by CreateStateMachine alike, kept over restarts.
import { createHash } from 'node:crypto';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { AwsError } from '../../../runtime/service.ts';
import type { Table } from '../../../storage/store.ts';
import { describeDiagnostics } from '../engine/definition/diagnostics.ts';
import { parseDefinition } from '../engine/definition/parse-definition.ts';
import type { StateMachine } from '../engine/definition/state-machine.ts';
import type { RevisionRecord, StateMachineRecord } from './state-machine-record.ts';

export type StateMachineSettings = Omit<
  StateMachineRecord,
  'revisionId' | 'createdAtMilliseconds' | 'updatedAtMilliseconds'
>;

export class StateMachineRegistry {
  readonly #context: RuntimeContext;
  readonly #records: Table<StateMachineRecord>;
  readonly #revisions: Table<RevisionRecord>;
  /** Parsed definitions by their text. */
  readonly #parsed = new Map<string, StateMachine>();

  constructor(context: RuntimeContext) {
    this.#context = context;
    this.#records = context.store.table('states/state-machines');
    this.#revisions = context.store.table('states/revisions');
  }

  /** Creates the state machine or replaces its settings. Throws InvalidDefinition. */
  put(settings: StateMachineSettings): StateMachineRecord {
    const now = this.#context.clock.now();
    const known = this.#records.get(settings.arn);
    const revisionId = createRevisionId(settings);
    const isSame = known?.revisionId === revisionId;
    // What is there already was parsed when it came, and is parsed again when an execution needs it: not at each start.
    if (!isSame) this.parse(settings.definition);
    const record: StateMachineRecord = {
      ...settings,
      revisionId,
      createdAtMilliseconds: known?.createdAtMilliseconds ?? now,
      updatedAtMilliseconds: known && isSame ? known.updatedAtMilliseconds : now,
    };
    this.#records.put(settings.arn, record);
    this.#revisions.put(`${settings.arn}/${revisionId}`, {
      definition: settings.definition,
      roleArn: settings.roleArn,
      createdAtMilliseconds: now,
    });
    return record;
  }

  find(arn: string): StateMachineRecord | undefined {
    return this.#records.get(arn);
  }

  /** Throws StateMachineDoesNotExist. */
  get(arn: string): StateMachineRecord {
    const record = this.find(arn);
    if (!record) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return record;
  }

  list(region: string): StateMachineRecord[] {
    return [...this.#records.values()].filter(({ arn }) => arn.split(':')[3] === region);
  }

  delete(arn: string): void {
    this.#records.delete(arn);
  }

  getRevision(arn: string, revisionId: string): RevisionRecord {
    const revision = this.#revisions.get(`${arn}/${revisionId}`);
    if (!revision) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return revision;
  }

  /** Parses a definition, from memory when it was seen before. Throws InvalidDefinition with all that is wrong. */
  parse(definition: string): StateMachine {
    const known = this.#parsed.get(definition);
    if (known) return known;
    const { machine, diagnostics } = parseDefinition(definition);
    if (!machine) throw new AwsError('InvalidDefinition', describeDiagnostics(diagnostics));
    this.#parsed.set(definition, machine);
    return machine;
  }
}

function createRevisionId({ definition, roleArn }: StateMachineSettings): string {
  const digest = createHash('sha256').update(`${roleArn}\n${definition}`).digest('hex');
  return [8, 4, 4, 4, 12]
    .reduce<{ parts: string[]; from: number }>(
      ({ parts, from }, length) => ({ parts: [...parts, digest.slice(from, from + length)], from: from + length }),
      { parts: [], from: 0 },
    )
    .parts.join('-');
}

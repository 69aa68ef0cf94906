// Client request tokens: the same transaction asked for twice within ten minutes is carried out once.
import { createHash } from 'node:crypto';
import type { TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { AwsError } from '../../../runtime/service.ts';
import type { Table } from '../../../storage/store.ts';

const LIFETIME_MILLISECONDS = 10 * 60_000;

interface SeenTransaction {
  readonly digest: string;
  readonly at: number;
}

export class TransactionTokens {
  readonly #context: RuntimeContext;
  /** By `<region>/<token>`, oldest first. */
  readonly #seen: Table<SeenTransaction>;

  constructor(context: RuntimeContext) {
    this.#context = context;
    this.#seen = context.store.table('dynamodb/transaction-tokens');
  }

  /** Throws `IdempotentParameterMismatchException` when the token was used for another transaction. */
  isRepeated(region: string, token: string, input: TransactWriteItemsCommandInput): boolean {
    const seen = this.#seen.get(`${region}/${token}`);
    if (!seen || seen.at + LIFETIME_MILLISECONDS <= this.#context.clock.now()) return false;
    if (seen.digest === buildDigest(input)) return true;
    throw new AwsError(
      'IdempotentParameterMismatchException',
      'The request uses the same client token as a previous, but non-identical request.',
    );
  }

  /** To be called in the tick in which the transaction is applied. */
  remember(region: string, token: string, input: TransactWriteItemsCommandInput): void {
    const now = this.#context.clock.now();
    for (const [key, { at }] of this.#seen.entries()) {
      if (at + LIFETIME_MILLISECONDS > now) break;
      this.#seen.delete(key);
    }
    this.#seen.put(`${region}/${token}`, { digest: buildDigest(input), at: now });
  }
}

function buildDigest({ ClientRequestToken: _, ...input }: TransactWriteItemsCommandInput): string {
  return createHash('sha256').update(spell(input)).digest('base64');
}

/** One text for equal values, in whatever order their members were given. */
function spell(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`;
  if (value instanceof Set || Array.isArray(value)) return `[${Array.from(value, spell).join()}]`;
  const members = value as Readonly<Record<string, unknown>>;
  let text = '{';
  for (const name of Object.keys(members).sort()) {
    if (members[name] !== undefined) text += `${JSON.stringify(name)}:${spell(members[name])},`;
  }
  return `${text}}`;
}

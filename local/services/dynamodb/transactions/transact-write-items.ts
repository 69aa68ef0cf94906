// TransactWriteItems: all of the writes or none of them.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
import type { TransactWriteItem, TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import { AwsError, type CallContext, type Operation } from '../../../runtime/service.ts';
import type { DynamodbParts } from '../dynamodb-parts.ts';
import { buildItemKey, type JsonItem, parseRequest, runNow } from '../engine/dynalite.ts';
import type { WriteSet } from '../engine/write-set.ts';
import { encodeTableRequest, findExisting } from '../operations/write-items.ts';
import { buildItemPermission } from '../permissions.ts';
import { parseTableName } from '../tables/table-registry.ts';
import type { TransactionTokens } from './transaction-tokens.ts';

const LONGEST_TRANSACTION = 100;
const STEPS = {
  Put: { permission: 'PutItem', action: 'putItem' },
  Update: { permission: 'UpdateItem', action: 'updateItem' },
  Delete: { permission: 'DeleteItem', action: 'deleteItem' },
  // The same checks as a deletion, which is then not carried out.
  ConditionCheck: { permission: 'ConditionCheckItem', action: 'deleteItem' },
} as const;

interface Step {
  readonly kind: keyof typeof STEPS;
  readonly table: string;
  readonly input: {
    readonly TableName?: string | undefined;
    readonly Key?: Record<string, never>;
    readonly Item?: Record<string, never>;
    readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
  };
  readonly request: Record<string, unknown>;
}

interface CancellationReason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: object;
}

export function createTransactWriteItems(parts: DynamodbParts, tokens: TransactionTokens): Operation {
  return {
    authorize: (input: TransactWriteItemsCommandInput, call) =>
      (input.TransactItems ?? []).map((item) => {
        const { kind, input: step } = parseStep(item);
        return buildItemPermission(parts.registry, call.region, {
          action: STEPS[kind].permission,
          table: step.TableName ?? '',
          items: [step.Item ?? step.Key],
          context: { 'dynamodb:EnclosingOperation': 'TransactWriteItems' },
        });
      }),
    async handle(input: TransactWriteItemsCommandInput, call) {
      const steps = parseSteps(parts, input, call);
      const { ClientRequestToken: token } = input;
      if (token === undefined || !tokens.isRepeated(call.region, token, input)) {
        const { writes, reasons } = runSteps(parts, steps, call);
        if (reasons.some(({ Code }) => Code !== 'None')) {
          await parts.context.store.flush();
          throw buildCancellation(reasons);
        }
        if (token !== undefined) tokens.remember(call.region, token, input);
        await parts.commit(writes);
      } else {
        await parts.context.store.flush();
      }
      return {};
    },
  };
}

function parseSteps(parts: DynamodbParts, input: TransactWriteItemsCommandInput, call: CallContext): Step[] {
  const items = input.TransactItems ?? [];
  if (items.length === 0 || items.length > LONGEST_TRANSACTION) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length ${items.length === 0 ? 'greater than or equal to 1' : 'less than or equal to 100'}`,
    );
  }
  const steps = items.map((item): Step => {
    const { kind, input: step } = parseStep(item);
    const { ReturnValuesOnConditionCheckFailure: _, ...request } = step;
    const table = parseTableName(step.TableName ?? '');
    return { kind, table, input: step, request: parseRequest(STEPS[kind].action, encodeTableRequest(request)) };
  });
  refuseRepeatedItems(parts, steps, call);
  return steps;
}

function parseStep(item: TransactWriteItem): Pick<Step, 'kind' | 'input'> {
  const kinds = (Object.keys(STEPS) as Step['kind'][]).filter((kind) => item[kind] !== undefined);
  const [kind] = kinds;
  if (!kind || kinds.length > 1) {
    throw new AwsError('ValidationException', 'TransactItems can only contain one of Check, Put, Update or Delete');
  }
  return { kind, input: item[kind] as Step['input'] };
}

function refuseRepeatedItems(parts: DynamodbParts, steps: readonly Step[], call: CallContext): void {
  const seen = new Set<string>();
  for (const { table, request } of steps) {
    const { schema } = parts.registry.get(call.region, table).definition;
    const item = (request.Item ?? request.Key) as JsonItem;
    // An item without a sound key is refused by its own step.
    if (schema.KeySchema.some(({ AttributeName: name }) => !item[name] || !hasKeyType(schema, name, item))) continue;
    const id = `${table}/${buildItemKey(schema, item)}`;
    if (seen.has(id)) {
      throw new AwsError('ValidationException', 'Transaction request cannot include multiple operations on one item');
    }
    seen.add(id);
  }
}

function hasKeyType(schema: Parameters<typeof buildItemKey>[0], name: string, item: JsonItem): boolean {
  const type = schema.AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType ?? '';
  return item[name]?.[type] !== undefined;
}

function runSteps(
  parts: DynamodbParts,
  steps: readonly Step[],
  call: CallContext,
): { writes: WriteSet; reasons: CancellationReason[] } {
  const writes = parts.openWrites(call.region);
  const reasons = steps.map(({ kind, input, request }): CancellationReason => {
    const target = kind === 'ConditionCheck' ? parts.openWrites(call.region) : writes;
    try {
      runNow(STEPS[kind].action, target, request);
      return { Code: 'None' };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (error.code === 'ValidationException') return { Code: 'ValidationError', Message: error.message };
      if (error.code !== 'ConditionalCheckFailedException') throw error;
      const Item =
        input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? findExisting(parts, call, input) : undefined;
      return { Code: 'ConditionalCheckFailed', Message: error.message, ...(Item && { Item }) };
    }
  });
  return { writes, reasons };
}

export function buildCancellation(reasons: readonly CancellationReason[]): AwsError {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { details: { CancellationReasons: reasons } },
  );
}

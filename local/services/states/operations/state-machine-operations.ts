// CreateStateMachine, UpdateStateMachine, DescribeStateMachine, ListStateMachines, DeleteStateMachine, and tags.
import type {
  CreateStateMachineInput,
  CreateStateMachineOutput,
  DeleteStateMachineInput,
  DescribeStateMachineInput,
  DescribeStateMachineOutput,
  ListStateMachinesInput,
  ListStateMachinesOutput,
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  TagResourceInput,
  UntagResourceInput,
  UpdateStateMachineInput,
  UpdateStateMachineOutput,
} from '@aws-sdk/client-sfn';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { AwsError, type CallContext, type Operation, type Permission } from '../../../runtime/service.ts';
import { defined } from '../engine/definition/state-reader.ts';
import { buildStateMachineArn, type StateMachineRecord } from '../state-machines/state-machine-record.ts';
import type { StatesParts } from '../states-parts.ts';
import { checkArn, checkName } from './check-input.ts';
import { pageOf } from './paging.ts';

export function createStateMachineOperations(context: RuntimeContext, parts: StatesParts): Record<string, Operation> {
  const { stateMachines } = parts;
  const getStateMachine = (arn: string | undefined) => stateMachines.get(checkArn(arn, 'stateMachine'));

  return {
    CreateStateMachine: {
      authorize: (input: CreateStateMachineInput, call: CallContext) => [
        {
          action: 'states:CreateStateMachine',
          resource: buildStateMachineArn(call.region, call.accountId, input.name ?? ''),
        },
        ...passRole(input.roleArn),
      ],
      async handle(input: CreateStateMachineInput, call: CallContext): Promise<CreateStateMachineOutput> {
        const name = input.name ?? '';
        checkName(name);
        const arn = buildStateMachineArn(call.region, call.accountId, name);
        const settings = {
          arn,
          name,
          definition: input.definition ?? '',
          roleArn: input.roleArn ?? '',
          type: input.type ?? ('STANDARD' as const),
          tags: Object.fromEntries((input.tags ?? []).map(({ key = '', value = '' }) => [key, value])),
          ...optionalSettings(input),
        };
        const known = stateMachines.find(arn);
        if (known && !isSameStateMachine(known, settings)) {
          throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
        }
        const record = known ?? stateMachines.put(settings);
        await context.store.flush();
        return { stateMachineArn: arn, creationDate: new Date(record.createdAtMilliseconds) };
      },
    },
    UpdateStateMachine: {
      authorize: (input: UpdateStateMachineInput) => [
        ...onStateMachine('UpdateStateMachine')(input),
        ...passRole(input.roleArn),
      ],
      async handle(input: UpdateStateMachineInput): Promise<UpdateStateMachineOutput> {
        const known = getStateMachine(input.stateMachineArn);
        const record = stateMachines.put({
          ...known,
          ...defined({ definition: input.definition, roleArn: input.roleArn }),
          ...optionalSettings(input),
        });
        await context.store.flush();
        return { updateDate: new Date(context.clock.now()), revisionId: record.revisionId };
      },
    },
    DescribeStateMachine: {
      authorize: onStateMachine('DescribeStateMachine'),
      handle: (input: DescribeStateMachineInput) => describeStateMachine(getStateMachine(input.stateMachineArn)),
    },
    ListStateMachines: {
      authorize: () => [{ action: 'states:ListStateMachines', resource: '*' }],
      handle(input: ListStateMachinesInput, call: CallContext): ListStateMachinesOutput {
        const { items, nextToken } = pageOf(stateMachines.list(call.region), input);
        return {
          stateMachines: items.map(({ arn, name, type, createdAtMilliseconds }) => ({
            stateMachineArn: arn,
            name,
            type,
            creationDate: new Date(createdAtMilliseconds),
          })),
          ...(nextToken === undefined ? {} : { nextToken }),
        };
      },
    },
    DeleteStateMachine: {
      authorize: onStateMachine('DeleteStateMachine'),
      async handle(input: DeleteStateMachineInput) {
        stateMachines.delete(checkArn(input.stateMachineArn, 'stateMachine'));
        await context.store.flush();
        return {};
      },
    },
    ListTagsForResource: {
      authorize: onResource('ListTagsForResource'),
      handle: (input: ListTagsForResourceInput): ListTagsForResourceOutput => ({
        tags: Object.entries(getTagged(parts, input.resourceArn).tags).map(([key, value]) => ({ key, value })),
      }),
    },
    TagResource: {
      authorize: onResource('TagResource'),
      async handle(input: TagResourceInput) {
        const record = getTagged(parts, input.resourceArn);
        const added = Object.fromEntries((input.tags ?? []).map(({ key = '', value = '' }) => [key, value]));
        stateMachines.put({ ...record, tags: { ...record.tags, ...added } });
        await context.store.flush();
        return {};
      },
    },
    UntagResource: {
      authorize: onResource('UntagResource'),
      async handle(input: UntagResourceInput) {
        const record = getTagged(parts, input.resourceArn);
        const kept = Object.entries(record.tags).filter(([key]) => !input.tagKeys?.includes(key));
        stateMachines.put({ ...record, tags: Object.fromEntries(kept) });
        await context.store.flush();
        return {};
      },
    },
  };
}

function onStateMachine(action: string) {
  return (input: { stateMachineArn?: string | undefined }): Permission[] => [
    { action: `states:${action}`, resource: input.stateMachineArn ?? '*' },
  ];
}

function onResource(action: string) {
  return (input: { resourceArn?: string | undefined }): Permission[] => [
    { action: `states:${action}`, resource: input.resourceArn ?? '*' },
  ];
}

function passRole(roleArn: string | undefined): Permission[] {
  if (roleArn === undefined) return [];
  return [{ action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'states.amazonaws.com' } }];
}

function optionalSettings(input: CreateStateMachineInput | UpdateStateMachineInput) {
  return defined({
    loggingConfiguration: input.loggingConfiguration,
    tracingConfiguration: input.tracingConfiguration,
    encryptionConfiguration: input.encryptionConfiguration,
  });
}

/** Creating the same state machine again answers as the first time. */
function isSameStateMachine(
  known: StateMachineRecord,
  settings: Pick<StateMachineRecord, 'definition' | 'roleArn' | 'type'>,
) {
  return known.definition === settings.definition && known.roleArn === settings.roleArn && known.type === settings.type;
}

function describeStateMachine(record: StateMachineRecord): DescribeStateMachineOutput {
  return {
    stateMachineArn: record.arn,
    name: record.name,
    status: 'ACTIVE',
    definition: record.definition,
    roleArn: record.roleArn,
    type: record.type,
    creationDate: new Date(record.createdAtMilliseconds),
    revisionId: record.revisionId,
    loggingConfiguration: record.loggingConfiguration ?? { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: record.tracingConfiguration ?? { enabled: false },
    ...(record.encryptionConfiguration ? { encryptionConfiguration: record.encryptionConfiguration } : {}),
  };
}

function getTagged({ stateMachines }: StatesParts, resourceArn: string | undefined): StateMachineRecord {
  const record = stateMachines.find(resourceArn ?? '');
  if (!record) throw new AwsError('ResourceNotFound', `Resource not found: '${resourceArn ?? ''}'`);
  return record;
}

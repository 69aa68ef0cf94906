// The calls about rules and targets.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html
import type {
  DescribeRuleCommandInput,
  ListRuleNamesByTargetCommandInput,
  ListRulesCommandInput,
  ListTargetsByRuleCommandInput,
  PutRuleCommandInput,
  PutTargetsCommandInput,
  RemoveTargetsCommandInput,
} from '@aws-sdk/client-eventbridge';
import { AwsError, type CallContext, type Operation } from '../../../runtime/service.ts';
import type { Store } from '../../../storage/store.ts';
import { buildRuleArn, parseBusName } from '../event-bus-arn.ts';
import type { EventBuses } from '../event-buses.ts';
import type { Rule } from '../rules/rule.ts';
import type { RuleRegistry } from '../rules/rule-registry.ts';
import { validateRule, validateTargets } from '../rules/validate-rule.ts';

interface RuleInput {
  readonly Name?: string | undefined;
  readonly Rule?: string | undefined;
  readonly EventBusName?: string | undefined;
}

const NAME = /^[.\-_A-Za-z0-9]{1,64}$/;

function describe(rule: Rule): object {
  return {
    Name: rule.name,
    Arn: rule.arn,
    State: rule.isEnabled ? 'ENABLED' : 'DISABLED',
    EventBusName: rule.busName,
    ...(rule.description && { Description: rule.description }),
    ...(rule.eventPattern && { EventPattern: rule.eventPattern }),
    ...(rule.scheduleExpression && { ScheduleExpression: rule.scheduleExpression }),
    ...(rule.roleArn && { RoleArn: rule.roleArn }),
  };
}

export function createRuleOperations(
  store: Store,
  buses: EventBuses,
  rules: RuleRegistry,
): Readonly<Record<string, Operation>> {
  const arnOf = (input: RuleInput, call: CallContext) =>
    buildRuleArn(parseBusName(input.EventBusName, call.region), input.Name ?? input.Rule ?? '', call.accountId);

  function getBus(input: RuleInput, call: CallContext) {
    const address = parseBusName(input.EventBusName, call.region);
    const bus = buses.find(address);
    if (bus) return bus;
    throw new AwsError('ResourceNotFoundException', `Event bus ${address.name} does not exist.`);
  }

  function getRule(input: RuleInput, call: CallContext): Rule {
    const bus = getBus(input, call);
    const rule = rules.find(arnOf(input, call));
    if (rule) return rule;
    throw new AwsError(
      'ResourceNotFoundException',
      `Rule ${input.Name ?? input.Rule} does not exist on EventBus ${bus.name}.`,
    );
  }

  async function save(rule: Rule): Promise<void> {
    rules.put(rule, 'api');
    await store.flush();
  }

  const onRule = (action: string): Operation['authorize'] =>
    ((input: RuleInput, call: CallContext) => [
      { action: `events:${action}`, resource: arnOf(input, call) },
    ]) as Operation['authorize'];

  const setState = (action: string, isEnabled: boolean): Operation => ({
    authorize: onRule(action),
    async handle(input: RuleInput, call) {
      await save({ ...getRule(input, call), isEnabled });
      return {};
    },
  });

  return {
    PutRule: {
      authorize: onRule('PutRule'),
      async handle(input: PutRuleCommandInput, call) {
        const bus = getBus(input, call);
        if (!NAME.test(input.Name ?? '')) {
          throw new AwsError(
            'ValidationException',
            `1 validation error detected: Value '${input.Name ?? ''}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+`,
          );
        }
        const arn = arnOf(input, call);
        const rule: Rule = {
          name: input.Name ?? '',
          arn,
          region: bus.region,
          busName: bus.name,
          isEnabled: input.State !== 'DISABLED',
          ...(input.Description && { description: input.Description }),
          ...(input.EventPattern && { eventPattern: input.EventPattern }),
          ...(input.ScheduleExpression && { scheduleExpression: input.ScheduleExpression }),
          ...(input.RoleArn && { roleArn: input.RoleArn }),
          targets: rules.find(arn)?.targets ?? [],
        };
        validateRule(rule);
        await save(rule);
        return { RuleArn: arn };
      },
    },
    DeleteRule: {
      authorize: onRule('DeleteRule'),
      async handle(input: RuleInput, call) {
        getBus(input, call);
        const arn = arnOf(input, call);
        if (rules.find(arn)?.targets.length) {
          throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
        }
        rules.delete(arn);
        await store.flush();
        return {};
      },
    },
    EnableRule: setState('EnableRule', true),
    DisableRule: setState('DisableRule', false),
    DescribeRule: {
      authorize: onRule('DescribeRule'),
      handle: (input: DescribeRuleCommandInput, call) => describe(getRule(input, call)),
    },
    ListRules: {
      authorize: (_input: ListRulesCommandInput, call) => [
        { action: 'events:ListRules', resource: `arn:aws:events:${call.region}:${call.accountId}:rule/*` },
      ],
      handle(input: ListRulesCommandInput, call) {
        const bus = getBus(input, call);
        const listed = rules.list(bus.region, bus.name).filter(({ name }) => name.startsWith(input.NamePrefix ?? ''));
        return { Rules: listed.map(describe) };
      },
    },
    PutTargets: {
      authorize: onRule('PutTargets'),
      async handle(input: PutTargetsCommandInput, call) {
        const rule = getRule(input, call);
        const added = input.Targets ?? [];
        const kept = rule.targets.filter(({ Id }) => !added.some((target) => target.Id === Id));
        const targets = [...kept, ...added];
        validateTargets(targets);
        await save({ ...rule, targets });
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    },
    RemoveTargets: {
      authorize: onRule('RemoveTargets'),
      async handle(input: RemoveTargetsCommandInput, call) {
        const rule = getRule(input, call);
        await save({ ...rule, targets: rule.targets.filter(({ Id }) => !input.Ids?.includes(Id ?? '')) });
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    },
    ListTargetsByRule: {
      authorize: onRule('ListTargetsByRule'),
      handle: (input: ListTargetsByRuleCommandInput, call) => ({ Targets: getRule(input, call).targets }),
    },
    ListRuleNamesByTarget: {
      authorize: (_input: ListRuleNamesByTargetCommandInput, call) => [
        { action: 'events:ListRuleNamesByTarget', resource: `arn:aws:events:${call.region}:${call.accountId}:rule/*` },
      ],
      handle(input: ListRuleNamesByTargetCommandInput, call) {
        const bus = getBus(input, call);
        const listed = rules
          .list(bus.region, bus.name)
          .filter(({ targets }) => targets.some(({ Arn }) => Arn === input.TargetArn));
        return { RuleNames: listed.map(({ name }) => name) };
      },
    },
  };
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
import type { Target } from '@aws-sdk/client-eventbridge';
import { physicalName, type ResourceProvider } from '../../../runtime/resource.ts';
import { buildRuleArn, parseBusName } from '../event-bus-arn.ts';
import type { Rule } from '../rules/rule.ts';
import type { RuleRegistry } from '../rules/rule-registry.ts';
import { validateRule, validateTargets } from '../rules/validate-rule.ts';

interface RuleProperties {
  readonly Name?: string;
  readonly Description?: string;
  readonly EventBusName?: string;
  readonly EventPattern?: object;
  readonly ScheduleExpression?: string;
  readonly State?: string;
  readonly RoleArn?: string;
  readonly Targets?: readonly Target[];
}

/** Target settings that have an effect here; any other is refused by name. */
const TARGET_PROPERTIES = new Set([
  'Id',
  'Arn',
  'RoleArn',
  'Input',
  'InputPath',
  'InputTransformer',
  'RetryPolicy',
  'DeadLetterConfig',
  'SqsParameters',
]);

export function createRuleProvider(rules: RuleRegistry): ResourceProvider {
  return {
    type: 'AWS::Events::Rule',
    properties: [
      'Name',
      'Description',
      'EventBusName',
      'EventPattern',
      'ScheduleExpression',
      'State',
      'RoleArn',
      'Targets',
    ],
    withoutEffect: { Tags: 'nothing is billed or found by tag' },
    async create(resource) {
      const properties = resource.properties as RuleProperties;
      const { region, accountId } = resource.stack;
      const where = `${resource.type} "${resource.logicalId}"`;
      const bus = parseBusName(properties.EventBusName, region);
      const name = properties.Name ?? physicalName(resource);
      const targets = properties.Targets ?? [];
      const unknown = targets.flatMap((target) => Object.keys(target)).find((key) => !TARGET_PROPERTIES.has(key));
      if (unknown) {
        throw new Error(
          `${where}: target property ${unknown} does not run here: known are ${[...TARGET_PROPERTIES].join(', ')}`,
        );
      }
      const rule: Rule = {
        name,
        arn: buildRuleArn(bus, name, accountId),
        region: bus.region,
        busName: bus.name,
        isEnabled: properties.State !== 'DISABLED',
        ...(properties.Description && { description: properties.Description }),
        ...(properties.EventPattern && { eventPattern: JSON.stringify(properties.EventPattern) }),
        ...(properties.ScheduleExpression && { scheduleExpression: properties.ScheduleExpression }),
        ...(properties.RoleArn && { roleArn: properties.RoleArn }),
        targets,
      };
      try {
        validateRule(rule);
        validateTargets(targets);
      } catch (error) {
        throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
      }
      rules.put(rule, 'template');
      return { ref: bus.name === 'default' ? name : `${bus.name}|${name}`, attributes: { Arn: rule.arn } };
    },
  };
}

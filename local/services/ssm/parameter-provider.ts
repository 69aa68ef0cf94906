// AWS::SSM::Parameter.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
import type { RuntimeContext } from '../../runtime/context.ts';
import { physicalName, type ResourceProvider } from '../../runtime/resource.ts';
import type { ParameterTable } from './parameter-table.ts';

interface ParameterProperties {
  readonly Name?: string;
  readonly Type: 'String' | 'StringList';
  readonly Value: string;
  readonly Description?: string;
  readonly AllowedPattern?: string;
  readonly DataType?: string;
  readonly Tags?: Readonly<Record<string, string>>;
}

/** What an operator put later stays over restarts, until the value in the template changes. */
export function createParameterProvider(context: RuntimeContext, parameters: ParameterTable): ResourceProvider {
  return {
    type: 'AWS::SSM::Parameter',
    properties: ['Name', 'Type', 'Value', 'Description', 'AllowedPattern', 'DataType', 'Tags'],
    withoutEffect: { Tier: 'the limit of the standard tier is enough for a value in a template' },
    create: async (resource) => {
      const properties = resource.properties as unknown as ParameterProperties;
      const { region } = resource.stack;
      const name = properties.Name ?? physicalName(resource, 1_011);
      const previous = parameters.find(region, name);
      const isChanged = previous?.templateValue !== properties.Value;
      const version = {
        version: (previous?.versions.at(-1)?.version ?? 0) + 1,
        value: properties.Value,
        modifiedAt: context.clock.now(),
        modifiedBy: 'cloudformation.amazonaws.com',
        labels: [],
      };
      const versions = previous?.versions ?? [];
      parameters.put(region, {
        name,
        type: properties.Type,
        dataType: properties.DataType ?? 'text',
        ...(properties.Description !== undefined && { description: properties.Description }),
        ...(properties.AllowedPattern !== undefined && { allowedPattern: properties.AllowedPattern }),
        tags: properties.Tags ?? {},
        versions: isChanged ? [...versions, version] : versions,
        templateValue: properties.Value,
      });
      const current = parameters.get(region, name).versions.at(-1)?.value;
      return { ref: name, attributes: { Type: properties.Type, Value: current } };
    },
  };
}

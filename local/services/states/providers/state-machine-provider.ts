// AWS::StepFunctions::StateMachine
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { physicalName, type ResolvedResource, type ResourceProvider } from '../../../runtime/resource.ts';
import { buildStateMachineArn } from '../state-machines/state-machine-record.ts';
import type { StateMachineRegistry } from '../state-machines/state-machine-registry.ts';

const LONGEST_NAME = 80;

export function createStateMachineProvider(
  context: RuntimeContext,
  stateMachines: StateMachineRegistry,
): ResourceProvider {
  return {
    type: 'AWS::StepFunctions::StateMachine',
    properties: [
      'Definition',
      'DefinitionString',
      'DefinitionSubstitutions',
      'DefinitionS3Location',
      'RoleArn',
      'StateMachineName',
      'StateMachineType',
      'Tags',
    ],
    withoutEffect: {
      LoggingConfiguration: 'the history of every execution is kept and can be read with GetExecutionHistory',
      TracingConfiguration: 'there is no X-Ray on one machine',
      EncryptionConfiguration: 'the state directory is protected by the file system',
    },
    async create(resource) {
      const { properties, stack } = resource;
      const name =
        typeof properties.StateMachineName === 'string'
          ? properties.StateMachineName
          : physicalName(resource, LONGEST_NAME);
      const arn = buildStateMachineArn(stack.region, stack.accountId, name);
      const definition = substitute(await readDefinition(resource), properties.DefinitionSubstitutions);
      const record = stateMachines.put({
        arn,
        name,
        type: properties.StateMachineType === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
        roleArn: String(properties.RoleArn),
        definition,
        tags: readTags(properties.Tags),
      });
      await context.store.flush();
      return {
        ref: arn,
        attributes: { Arn: arn, Name: name, StateMachineRevisionId: record.revisionId },
      };
    },
  };
}

async function readDefinition({ logicalId, properties, metadata, stack }: ResolvedResource): Promise<string> {
  if (typeof properties.DefinitionString === 'string') return properties.DefinitionString;
  if (properties.Definition !== undefined) return JSON.stringify(properties.Definition);
  const asset = metadata['aws:asset:path'];
  if (typeof asset === 'string') return readFile(join(stack.assemblyDirectory, asset), 'utf8');
  const location = properties.DefinitionS3Location as { Key?: string } | undefined;
  const hash = /^([0-9a-f]{64})\.(\w+)$/.exec(location?.Key ?? '');
  if (hash) return readFile(join(stack.assemblyDirectory, `asset.${hash[0]}`), 'utf8');
  throw new Error(
    `the state machine ${logicalId} has no definition that can be read here: give DefinitionString, or an asset of the assembly`,
  );
}

/** `${Name}` becomes the substitution of that name, in expressions as well as in plain text. */
function substitute(definition: string, substitutions: unknown): string {
  if (typeof substitutions !== 'object' || substitutions === null) return definition;
  return definition.replace(/\$\{([A-Za-z0-9_]+)\}/g, (text, name: string) =>
    Object.hasOwn(substitutions, name)
      ? escapeForJson((substitutions as Readonly<Record<string, unknown>>)[name])
      : text,
  );
}

function escapeForJson(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : JSON.stringify(value);
}

function readTags(tags: unknown): Record<string, string> {
  const list = Array.isArray(tags) ? (tags as { Key: string; Value: string }[]) : [];
  return Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
}

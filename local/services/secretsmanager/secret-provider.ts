// AWS::SecretsManager::Secret.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
import { randomUUID } from 'node:crypto';
import type { RuntimeContext } from '../../runtime/context.ts';
import { physicalName, type ResourceProvider } from '../../runtime/resource.ts';
import { generatePassword, type PasswordSettings } from './generate-password.ts';
import type { SecretTable, StoredSecret } from './secret-table.ts';
import { addVersion, currentStage } from './secret-version.ts';

interface SecretProperties {
  readonly Name?: string;
  readonly Description?: string;
  readonly KmsKeyId?: string;
  readonly SecretString?: string;
  readonly GenerateSecretString?: PasswordSettings & {
    readonly SecretStringTemplate?: string;
    readonly GenerateStringKey?: string;
  };
  readonly ReplicaRegions?: readonly { readonly Region: string; readonly KmsKeyId?: string }[];
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

/** What an operator put later stays over restarts, until what the template says about the value changes. */
export function createSecretProvider(context: RuntimeContext, secrets: SecretTable): ResourceProvider {
  return {
    type: 'AWS::SecretsManager::Secret',
    properties: ['Name', 'Description', 'KmsKeyId', 'SecretString', 'GenerateSecretString', 'ReplicaRegions', 'Tags'],
    create: async (resource) => {
      const properties = resource.properties as unknown as SecretProperties;
      const { region } = resource.stack;
      const name = properties.Name ?? physicalName(resource, 255);
      const now = context.clock.now();
      const previous = secrets.find(region, name);
      const templateValue = JSON.stringify([properties.SecretString, properties.GenerateSecretString]);
      const value = previous?.templateValue === templateValue ? undefined : buildValue(properties);
      const version = { id: randomUUID(), stages: [currentStage], string: value ?? '', createdAt: now };
      const versions = previous?.versions ?? [];
      secrets.put({
        ...readSettings(properties),
        name,
        region,
        createdAt: previous?.createdAt ?? now,
        changedAt: previous?.changedAt ?? now,
        versions: value === undefined ? versions : addVersion(versions, version),
        ...(previous?.resourcePolicy !== undefined && { resourcePolicy: previous.resourcePolicy }),
        templateValue,
      });
      const arn = secrets.arnOf(region, name);
      return { ref: arn, attributes: { Id: arn } };
    },
  };
}

function readSettings(properties: SecretProperties): Pick<StoredSecret, 'tags' | 'replicas' | 'description' | 'keyId'> {
  return {
    ...(properties.Description !== undefined && { description: properties.Description }),
    ...(properties.KmsKeyId !== undefined && { keyId: properties.KmsKeyId }),
    tags: Object.fromEntries((properties.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
    replicas: (properties.ReplicaRegions ?? []).map(({ Region, KmsKeyId }) => ({
      region: Region,
      ...(KmsKeyId !== undefined && { keyId: KmsKeyId }),
    })),
  };
}

function buildValue(properties: SecretProperties): string | undefined {
  const { SecretString, GenerateSecretString: settings } = properties;
  if (settings === undefined) return SecretString;
  const password = generatePassword(settings);
  const { SecretStringTemplate: template, GenerateStringKey: key } = settings;
  if (template === undefined || key === undefined) return password;
  return JSON.stringify({ ...(JSON.parse(template) as object), [key]: password });
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-archive.html
import type { RuntimeContext } from '../../../runtime/context.ts';
import { physicalName, type ResourceProvider } from '../../../runtime/resource.ts';
import type { Archives } from '../archive/archives.ts';

interface ArchiveProperties {
  readonly ArchiveName?: string;
  readonly SourceArn: string;
  readonly Description?: string;
  readonly EventPattern?: object;
  readonly RetentionDays?: number | string;
}

const MAXIMUM_NAME_CHARACTERS = 48;

export function createArchiveProvider(context: RuntimeContext, archives: Archives): ResourceProvider {
  return {
    type: 'AWS::Events::Archive',
    properties: ['ArchiveName', 'SourceArn', 'Description', 'EventPattern', 'RetentionDays'],
    withoutEffect: { KmsKeyIdentifier: 'events never leave this machine' },
    async create(resource) {
      const properties = resource.properties as unknown as ArchiveProperties;
      const { region, accountId } = resource.stack;
      const name = properties.ArchiveName ?? physicalName(resource, MAXIMUM_NAME_CHARACTERS);
      const arn = `arn:aws:events:${region}:${accountId}:archive/${name}`;
      archives.add({
        name,
        arn,
        region,
        sourceArn: properties.SourceArn,
        ...(properties.Description && { description: properties.Description }),
        ...(properties.EventPattern && { eventPattern: JSON.stringify(properties.EventPattern) }),
        retentionDays: Number(properties.RetentionDays ?? 0),
        createdAt: context.clock.now(),
      });
      return { ref: name, attributes: { Arn: arn, ArchiveName: name } };
    },
  };
}

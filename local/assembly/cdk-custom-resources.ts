// Custom resources that the CDK itself puts into templates, done by type in place of running their handlers,
// which answer over HTTPS to a presigned URL of S3.
import type { RuntimeContext } from '../runtime/context.ts';
import type { ResolvedResource, ResourceProvider } from '../runtime/resource.ts';
import type { Template } from './template.ts';

/** Values that stacks of one region hand to stacks of another; keys are `<consuming region><parameter name>`. */
export type CrossRegionExports = Map<string, string>;

interface WriterProperties {
  readonly region: string;
  readonly exports: Readonly<Record<string, string>>;
}

/** Providers of the types; `exports` is filled by writers. */
export function createCdkCustomResources(context: RuntimeContext, exports: CrossRegionExports): ResourceProvider[] {
  return [
    {
      type: 'Custom::CrossRegionExportWriter',
      properties: ['ServiceToken', 'WriterProps'],
      async create(resource) {
        const writer = resource.properties.WriterProps as WriterProperties;
        for (const [name, value] of Object.entries(writer.exports)) exports.set(writer.region + name, String(value));
        return { ref: resource.logicalId, attributes: {} };
      },
    },
    {
      type: 'Custom::CrossRegionExportReader',
      properties: ['ServiceToken', 'ReaderProps'],
      async create(resource) {
        const reader = resource.properties.ReaderProps as { imports: Record<string, unknown> };
        return { ref: resource.logicalId, attributes: reader.imports };
      },
    },
    {
      type: 'Custom::S3AutoDeleteObjects',
      properties: [],
      withoutEffect: { ServiceToken: 'stacks are never deleted here', BucketName: 'stacks are never deleted here' },
      create: async (resource) => ({ ref: resource.logicalId, attributes: {} }),
    },
    {
      type: 'Custom::S3BucketNotifications',
      properties: ['ServiceToken', 'BucketName', 'NotificationConfiguration', 'Managed', 'SkipDestinationValidation'],
      async create(resource) {
        await putBucketNotifications(context, resource);
        return { ref: resource.logicalId, attributes: {} };
      },
    },
  ];
}

async function putBucketNotifications(context: RuntimeContext, { properties, stack }: ResolvedResource): Promise<void> {
  await context.call({
    service: 's3',
    operation: 'PutBucketNotificationConfiguration',
    input: { Bucket: properties.BucketName, NotificationConfiguration: properties.NotificationConfiguration },
    principal: { kind: 'operator', arn: `arn:aws:iam::${stack.accountId}:root`, accountId: stack.accountId },
    region: stack.region,
  });
}

/** The handlers of such custom resources: functions that need not exist, since nobody will call them. */
export function findReplacedHandlers(template: Template, isReplaced: (type: string) => boolean): Set<string> {
  const handlers = new Set<string>();
  for (const { Type: type, Properties: properties } of Object.values(template.Resources ?? {})) {
    if (!type.startsWith('Custom::') || !isReplaced(type)) continue;
    const token = properties?.ServiceToken as { 'Fn::GetAtt'?: [string, string] } | undefined;
    const logicalId = token?.['Fn::GetAtt']?.[0];
    if (logicalId) handlers.add(logicalId);
  }
  return handlers;
}

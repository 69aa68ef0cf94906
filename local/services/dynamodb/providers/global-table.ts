// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html
import { physicalName, type ResolvedResource, type ResourceProvider } from '../../../runtime/resource.ts';
import type { DynamodbParts } from '../dynamodb-parts.ts';
import { declareTable, parseSchema } from '../tables/declare-table.ts';
import { buildStreamArn } from '../tables/describe-table.ts';
import type { ReplicaSettings, TableDefinition } from '../tables/table-record.ts';
import { type ReplicaProperties, readReplicaSettings } from './replica-settings.ts';

interface GlobalTableProperties {
  readonly TableName?: string;
  readonly BillingMode?: TableDefinition['billingMode'];
  readonly GlobalSecondaryIndexes?: readonly Readonly<Record<string, unknown>>[];
  readonly TimeToLiveSpecification?: TableDefinition['timeToLive'];
  readonly StreamSpecification?: { readonly StreamViewType: string };
  readonly SSESpecification?: ReplicaProperties['SSESpecification'];
  readonly Replicas: readonly (ReplicaProperties & { readonly Region: string })[];
}

const LONGEST_NAME = 255;

/** All replicas show one set of items: replication has no lag, and conflicting writes do not exist. */
export function createGlobalTableProvider(parts: DynamodbParts): ResourceProvider {
  return {
    type: 'AWS::DynamoDB::GlobalTable',
    properties: [
      'TableName',
      'AttributeDefinitions',
      'KeySchema',
      'GlobalSecondaryIndexes',
      'LocalSecondaryIndexes',
      'BillingMode',
      'TimeToLiveSpecification',
      'SSESpecification',
      'Replicas',
    ],
    withoutEffect: {
      StreamSpecification: 'the stream has an ARN, but no records: nothing here reads DynamoDB streams',
      WriteProvisionedThroughputSettings: 'throughput is that of the machine',
      WriteOnDemandThroughputSettings: 'throughput is that of the machine',
      WarmThroughput: 'throughput is that of the machine',
      MultiRegionConsistency: 'replicas are one store: always strongly consistent',
      GlobalTableWitnesses: 'replicas are one store: always strongly consistent',
    },
    async create(resource) {
      const properties = resource.properties as unknown as GlobalTableProperties;
      const { region } = resource.stack;
      const TableName = properties.TableName ?? physicalName(resource, LONGEST_NAME);
      const table = await declareTable(parts, {
        home: region,
        schema: readSchema(resource, TableName),
        billingMode: properties.BillingMode ?? 'PROVISIONED',
        ...(properties.StreamSpecification && { streamViewType: properties.StreamSpecification.StreamViewType }),
        ...(properties.TimeToLiveSpecification && { timeToLive: properties.TimeToLiveSpecification }),
        replicas: readReplicas(parts, resource, TableName),
      });
      const stream = properties.StreamSpecification && { StreamArn: buildStreamArn(table) };
      return { ref: TableName, attributes: { Arn: table.arn, TableId: table.definition.id, ...stream } };
    },
  };
}

/** Throughput is declared per replica there, which CreateTable's checks do not know. */
function readSchema(resource: ResolvedResource, TableName: string) {
  const { GlobalSecondaryIndexes } = resource.properties as unknown as GlobalTableProperties;
  return parseSchema({
    ...resource.properties,
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    ...(GlobalSecondaryIndexes && {
      GlobalSecondaryIndexes: GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema,
        Projection,
      })),
    }),
  });
}

function readReplicas(parts: DynamodbParts, resource: ResolvedResource, name: string): Record<string, ReplicaSettings> {
  const { Replicas, SSESpecification } = resource.properties as unknown as GlobalTableProperties;
  if (!Replicas.some(({ Region }) => Region === resource.stack.region)) {
    throw new Error(
      `${resource.type} "${resource.logicalId}": Replicas name ${Replicas.map(({ Region }) => Region).join(', ')}: the stack's own region ${resource.stack.region} must be among them`,
    );
  }
  const now = parts.context.clock.now();
  return Object.fromEntries(
    Replicas.map((replica) => {
      const encryption = SSESpecification && { SSESpecification: { ...SSESpecification, ...replica.SSESpecification } };
      const existing = parts.registry.find(replica.Region, name)?.replica.settings;
      return [replica.Region, readReplicaSettings({ ...replica, ...encryption }, existing, now)];
    }),
  );
}

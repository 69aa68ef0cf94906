// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
import { physicalName, type ResourceProvider } from '../../../runtime/resource.ts';
import type { DynamodbParts } from '../dynamodb-parts.ts';
import { declareTable, parseSchema } from '../tables/declare-table.ts';
import { buildStreamArn } from '../tables/describe-table.ts';
import type { TableDefinition } from '../tables/table-record.ts';
import { type ReplicaProperties, readReplicaSettings } from './replica-settings.ts';

interface TableProperties extends ReplicaProperties {
  readonly TableName?: string;
  readonly BillingMode?: TableDefinition['billingMode'];
  readonly ProvisionedThroughput?: TableDefinition['throughput'];
  readonly TimeToLiveSpecification?: TableDefinition['timeToLive'];
  readonly StreamSpecification?: { readonly StreamViewType: string };
}

const LONGEST_NAME = 255;

export function createTableProvider(parts: DynamodbParts): ResourceProvider {
  return {
    type: 'AWS::DynamoDB::Table',
    properties: [
      'TableName',
      'AttributeDefinitions',
      'KeySchema',
      'GlobalSecondaryIndexes',
      'LocalSecondaryIndexes',
      'BillingMode',
      'ProvisionedThroughput',
      'TimeToLiveSpecification',
      'PointInTimeRecoverySpecification',
      'SSESpecification',
      'DeletionProtectionEnabled',
      'TableClass',
      'ContributorInsightsSpecification',
      'ResourcePolicy',
      'Tags',
    ],
    withoutEffect: {
      StreamSpecification: 'the stream has an ARN, but no records: nothing here reads DynamoDB streams',
      KinesisStreamSpecification: 'there is no Kinesis on this machine',
      OnDemandThroughput: 'throughput is that of the machine',
      WarmThroughput: 'throughput is that of the machine',
    },
    async create(resource) {
      const properties = resource.properties as TableProperties;
      const { region } = resource.stack;
      const TableName = properties.TableName ?? physicalName(resource, LONGEST_NAME);
      const schema = parseSchema({ ...resource.properties, TableName });
      const existing = parts.registry.find(region, TableName)?.replica.settings;
      const table = await declareTable(parts, {
        home: region,
        schema,
        billingMode: properties.BillingMode ?? 'PROVISIONED',
        ...(properties.ProvisionedThroughput && { throughput: properties.ProvisionedThroughput }),
        ...(properties.StreamSpecification && { streamViewType: properties.StreamSpecification.StreamViewType }),
        ...(properties.TimeToLiveSpecification && { timeToLive: properties.TimeToLiveSpecification }),
        replicas: { [region]: readReplicaSettings(properties, existing, parts.context.clock.now()) },
      });
      const stream = properties.StreamSpecification && { StreamArn: buildStreamArn(table) };
      return { ref: TableName, attributes: { Arn: table.arn, ...stream } };
    },
  };
}

// The ledger: the one table that remembers what was released, decided, claimed and leased.
import { Arn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ledgerIndexes, ledgerKeys } from '../../contracts/ledger.ts';

export interface LedgerProps {
  readonly application: string;
  /** Where the replica stands. */
  readonly recoveryRegion: string;
}

/** On demand, recoverable to any second of the last 35 days, replicated to the recovery region. */
export class Ledger extends Construct {
  readonly table: TableV2;
  readonly tableName: string;
  private readonly recoveryRegion: string;

  constructor(scope: Construct, id: string, props: LedgerProps) {
    super(scope, id);
    this.recoveryRegion = props.recoveryRegion;
    this.tableName = `${props.application}-automation-ledger`;
    this.table = new TableV2(this, 'Table', {
      tableName: this.tableName,
      partitionKey: { name: ledgerKeys.partition, type: AttributeType.STRING },
      sortKey: { name: ledgerKeys.sort, type: AttributeType.STRING },
      globalSecondaryIndexes: ledgerIndexes.map(({ name, partition, sort }) => ({
        indexName: name,
        partitionKey: { name: partition, type: AttributeType.STRING },
        sortKey: { name: sort, type: AttributeType.STRING },
        projectionType: ProjectionType.ALL,
      })),
      timeToLiveAttribute: ledgerKeys.timeToLive,
      billing: Billing.onDemand(),
      // A replica under a customer-managed key needs that key's ARN before its stack exists; the service's own key does not.
      encryption: TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      replicas: [{ region: props.recoveryRegion }],
    });
  }

  grantRead(grantee: IGrantable): void {
    this.grant(grantee, ['dynamodb:GetItem']);
    const indexes = ledgerIndexes.map(({ name }) => `${this.table.tableArn}/index/${name}`);
    this.grant(grantee, ['dynamodb:Query'], indexes);
  }

  /** Single items of the replica in the recovery region. */
  grantReadReplica(grantee: IGrantable): void {
    const replica = Arn.format(
      { service: 'dynamodb', region: this.recoveryRegion, resource: 'table', resourceName: this.tableName },
      Stack.of(this),
    );
    Grant.addToPrincipal({ grantee, actions: ['dynamodb:GetItem'], resourceArns: [replica] });
  }

  /** Single-item writes, each conditional: no scans, no batch deletes. */
  grantWrite(grantee: IGrantable): void {
    this.grant(grantee, [
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
      'dynamodb:ConditionCheckItem',
    ]);
  }

  /** The actions on the table, and on those of its indexes that are named. */
  grant(grantee: IGrantable, actions: string[], indexes: readonly string[] = []): void {
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.table.tableArn, ...indexes] });
  }
}

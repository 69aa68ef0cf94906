// The ledger of the running function.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { DynamoLedger } from './dynamo-ledger.ts';

export function connectLedger(tableName: string): DynamoLedger {
  return new DynamoLedger(new DynamoDBClient(awsClientOptions), tableName);
}

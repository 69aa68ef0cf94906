// The way to a deployment: AWS clients made from endpoint, profile and region alone, and what the stack says about itself.
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type Deployment, deploymentParameterName, deploymentSchema } from '../contracts/deployment.ts';
import { CommandFailure, exitCodes } from './output.ts';

export interface ConnectionOptions {
  readonly application: string;
  /** Absent: the SDK's own resolution (AWS_ENDPOINT_URL, profile). */
  readonly endpointUrl?: string | undefined;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
}

export interface Connection {
  readonly deployment: Deployment;
  readonly dynamoDb: DynamoDBClient;
  readonly eventBridge: EventBridgeClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly stepFunctions: SFNClient;
  readonly sqs: SQSClient;
  /** Text of an object in S3, whose client is loaded only where it is needed. */
  readObject(bucket: string, key: string): Promise<string>;
}

/** Finds the deployment through its SSM parameter. @throws CommandFailure saying what to check when there is none. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const settings = await clientSettings(options);
  const deployment = await readDeployment(new SSMClient(settings), options.application);
  return {
    deployment,
    dynamoDb: new DynamoDBClient(settings),
    eventBridge: new EventBridgeClient(settings),
    lambda: new LambdaClient(settings),
    logs: new CloudWatchLogsClient(settings),
    stepFunctions: new SFNClient(settings),
    sqs: new SQSClient(settings),
    async readObject(Bucket, Key) {
      const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
      const { Body } = await new S3Client(settings).send(new GetObjectCommand({ Bucket, Key }));
      return (await Body?.transformToString()) ?? '';
    },
  };
}

/** The endpoint that `--endpoint-url` or the environment names, if any. */
export function endpointOf(options: Pick<ConnectionOptions, 'endpointUrl'>): string | undefined {
  return options.endpointUrl ?? process.env.AWS_ENDPOINT_URL;
}

async function clientSettings(options: ConnectionOptions) {
  const endpoint = endpointOf(options);
  const isLoopback = endpoint !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname);
  const region = options.region ?? process.env.AWS_REGION ?? (isLoopback ? await findLocalRegion(endpoint) : undefined);
  const hasCredentials =
    process.env.AWS_ACCESS_KEY_ID !== undefined ||
    options.profile !== undefined ||
    process.env.AWS_PROFILE !== undefined;
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(region === undefined ? {} : { region }),
    // The local runtime takes any credentials for the operator's; asking for real ones would only be in the way.
    ...(isLoopback && !hasCredentials ? { credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' } } : {}),
    maxAttempts: 3,
  };
}

/** The local runtime says where its assembly is deployed. */
async function findLocalRegion(endpoint: string): Promise<string | undefined> {
  try {
    const status = (await (await fetch(new URL('/_local/status', endpoint))).json()) as { region?: string };
    return status.region;
  } catch {
    throw new CommandFailure(
      `nothing answers at ${endpoint}: start the local runtime with npm start, or correct the endpoint`,
      exitCodes.unreachable,
    );
  }
}

async function readDeployment(ssm: SSMClient, application: string): Promise<Deployment> {
  const name = deploymentParameterName(application);
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name }));
    return deploymentSchema.parse(JSON.parse(Parameter?.Value ?? 'null'));
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new CommandFailure(
      `no deployment found at parameter ${name} (${reason}): check --endpoint-url or AWS_ENDPOINT_URL, --profile, --region and --application`,
      exitCodes.unreachable,
    );
  }
}

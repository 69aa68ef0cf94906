// The services through the SDK's own clients, over HTTP.
import { createHash, createHmac } from 'node:crypto';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, ListMetricsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueUrlCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from '../../../local/runtime/context.ts';
import { createCloudformationModule } from '../../../local/services/cloudformation/module.ts';
import { createCloudwatchModule } from '../../../local/services/cloudwatch/module.ts';
import { createEksModule } from '../../../local/services/eks/module.ts';
import { createKmsModule } from '../../../local/services/kms/module.ts';
import { createLogsModule } from '../../../local/services/logs/module.ts';
import { createSecretsmanagerModule } from '../../../local/services/secretsmanager/module.ts';
import { createSnsModule } from '../../../local/services/sns/module.ts';
import { createSqsModule } from '../../../local/services/sqs/module.ts';
import { createSsmModule } from '../../../local/services/ssm/module.ts';
import { createStsModule } from '../../../local/services/sts/module.ts';
import { accountId, openRuntime, region } from './service-runtime.ts';

const operator: Credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x', sessionToken: '' };

async function open() {
  const runtime = await openRuntime([
    createStsModule,
    createSsmModule,
    createSecretsmanagerModule,
    createKmsModule,
    createSqsModule,
    createSnsModule,
    createLogsModule,
    createCloudwatchModule,
    createEksModule,
    createCloudformationModule,
  ]);
  const endpoint = await runtime.listen();
  const configuration = (credentials: Credentials = operator) => ({ endpoint, region, credentials, maxAttempts: 1 });
  return { runtime, endpoint, configuration };
}

describe('over HTTP', () => {
  it('a role’s requests are made as the role, and refused in AWS’s words', async () => {
    const { runtime, configuration } = await open();
    const { roleArn = '' } = await runtime.createRole('worker', {
      Effect: 'Allow',
      Action: 'ssm:GetParametersByPath',
      Resource: `arn:aws:ssm:${region}:${accountId}:parameter/app`,
    });
    const worker = configuration(runtime.context.credentialsFor(roleArn, 'function'));
    const identity = await new STSClient(worker).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe(`arn:aws:sts::${accountId}:assumed-role/worker/function`);
    const read = (Path: string) => new SSMClient(worker).send(new GetParametersByPathCommand({ Path }));
    await expect(read('/app')).resolves.toMatchObject({ Parameters: [] });
    await expect(read('/other')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: ${identity.Arn} is not authorized to perform: ssm:GetParametersByPath on resource: arn:aws:ssm:${region}:${accountId}:parameter/other because no identity-based policy allows the ssm:GetParametersByPath action`,
    });
  });

  it('a role’s requests are refused when they are signed with another secret', async () => {
    const { runtime, configuration } = await open();
    const { roleArn = '' } = await runtime.createRole('worker', { Effect: 'Allow', Action: '*', Resource: '*' });
    const credentials = { ...runtime.context.credentialsFor(roleArn, 'function'), secretAccessKey: 'guessed' };
    const forged = configuration(credentials);
    await expect(new STSClient(forged).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      $metadata: { httpStatusCode: 403 },
    });
    await expect(new SSMClient(forged).send(new GetParametersByPathCommand({ Path: '/app' }))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('a presigned GetCallerIdentity tells who signed it, as a cluster’s tokens are checked', async () => {
    const { runtime, endpoint } = await open();
    const { roleArn = '' } = await runtime.createRole('worker');
    const credentials = runtime.context.credentialsFor(roleArn, 'function');
    class Sha256 {
      readonly #hash;
      constructor(secret?: string | Uint8Array) {
        this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
      }
      update(data: Uint8Array | string) {
        this.#hash.update(data);
      }
      async digest() {
        return new Uint8Array(this.#hash.digest());
      }
      reset() {}
    }
    const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 as never });
    const { hostname, port } = new URL(endpoint);
    const request = {
      method: 'GET',
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: `${hostname}:${port}`, 'x-k8s-aws-id': 'main' },
    };
    const presigned = await signer.presign(request, { expiresIn: 60, unhoistableHeaders: new Set(['x-k8s-aws-id']) });
    const url = `${endpoint}/?${new URLSearchParams(presigned.query as Record<string, string>)}`;
    const response = await fetch(url, { headers: { 'x-k8s-aws-id': 'main' } });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(`<Arn>arn:aws:sts::${accountId}:assumed-role/worker/function</Arn>`);
  });

  it('an assumed role’s credentials work at once', async () => {
    const { runtime, configuration } = await open();
    await runtime.provide('AWS::IAM::Role', {
      RoleName: 'target',
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: accountId }, Action: 'sts:AssumeRole' }],
      },
    });
    const RoleArn = `arn:aws:iam::${accountId}:role/target`;
    const assume = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me' });
    const { Credentials } = await new STSClient(configuration()).send(assume);
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    const identity = await new STSClient(configuration(credentials)).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toMatch(/assumed-role\/target\/me$/);
  });

  it('queues, topics and their digests satisfy the SDK', async () => {
    const { runtime, configuration } = await open();
    await runtime.provide('AWS::SQS::Queue', { QueueName: 'q' });
    const client = new SQSClient(configuration());
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: 'q' }));
    const MessageAttributes = { a: { DataType: 'Binary', BinaryValue: Buffer.from([1]) } };
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'ä\n"', MessageAttributes }));
    const receive = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], WaitTimeSeconds: 1 });
    const { Messages } = await client.send(receive);
    expect(Messages).toMatchObject([{ Body: 'ä\n"', MessageAttributes: { a: { DataType: 'Binary' } } }]);
    await expect(client.send(new GetQueueUrlCommand({ QueueName: 'none' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
    const { ref: TopicArn } = await runtime.provide('AWS::SNS::Topic', {});
    const publish = new PublishCommand({ TopicArn, Message: 'm' });
    await expect(new SNSClient(configuration()).send(publish)).resolves.toHaveProperty('MessageId');
  });

  it('secrets and keys carry bytes and times', async () => {
    const { runtime, configuration } = await open();
    await runtime.provide('AWS::SecretsManager::Secret', { Name: 's', SecretString: '{"a":1}' });
    const secret = await new SecretsManagerClient(configuration()).send(new GetSecretValueCommand({ SecretId: 's' }));
    expect(secret).toMatchObject({ SecretString: '{"a":1}', CreatedDate: expect.any(Date) });
    const { ref: KeyId } = await runtime.provide('AWS::KMS::Key', {});
    const kms = new KMSClient(configuration());
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from([0, 255]) }));
    const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob }));
    expect([...(Plaintext ?? [])]).toEqual([0, 255]);
  });

  it('metrics, logs, clusters and stacks answer in their own protocols', async () => {
    const { configuration } = await open();
    const cloudwatch = new CloudWatchClient(configuration());
    const MetricData = [{ MetricName: 'm', Value: 1, Timestamp: new Date() }];
    await cloudwatch.send(new PutMetricDataCommand({ Namespace: 'N', MetricData }));
    const listed = await cloudwatch.send(new ListMetricsCommand({ Namespace: 'N' }));
    expect(listed.Metrics).toMatchObject([{ MetricName: 'm' }]);
    const groups = await new CloudWatchLogsClient(configuration()).send(new DescribeLogGroupsCommand({}));
    expect(groups.logGroups).toEqual([]);
    const describeCluster = new EKSClient(configuration()).send(new DescribeClusterCommand({ name: 'main' }));
    await expect(describeCluster).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const describeStack = new DescribeStacksCommand({ StackName: 'none' });
    await expect(new CloudFormationClient(configuration()).send(describeStack)).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Stack with id none does not exist',
    });
  });
});

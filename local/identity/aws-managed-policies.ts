// The policies that AWS manages and apps attach to their roles, as AWS publishes them.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
import type { PolicyDocument } from '../runtime/service.ts';

const logActions = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
const tracingActions = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:GetSamplingStatisticSummaries',
];
const networkActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];
const insightsActions = ['cloudwatch:PutMetricData', 'ec2:DescribeVolumes', 'ec2:DescribeTags', ...tracingActions];

function allow(actions: readonly string[], resource = '*'): PolicyDocument {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: resource }] };
}

const documents: Readonly<Record<string, PolicyDocument>> = {
  'service-role/AWSLambdaBasicExecutionRole': allow(logActions),
  'service-role/AWSLambdaVPCAccessExecutionRole': allow([...logActions, ...networkActions]),
  'service-role/AWSLambdaSQSQueueExecutionRole': allow([
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    ...logActions,
  ]),
  'service-role/AWSLambdaDynamoDBExecutionRole': allow([
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
    ...logActions,
  ]),
  'service-role/AmazonAPIGatewayPushToCloudWatchLogs': allow([
    ...logActions,
    'logs:DescribeLogGroups',
    'logs:DescribeLogStreams',
    'logs:GetLogEvents',
    'logs:FilterLogEvents',
  ]),
  AWSXRayDaemonWriteAccess: allow(tracingActions),
  AWSXrayWriteOnlyAccess: allow(tracingActions),
  CloudWatchLambdaInsightsExecutionRolePolicy: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'logs:CreateLogGroup', Resource: '*' },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: 'arn:aws:logs:*:*:log-group:/aws/lambda-insights:*',
      },
    ],
  },
  CloudWatchAgentServerPolicy: allow([
    ...insightsActions,
    'logs:PutLogEvents',
    'logs:PutRetentionPolicy',
    'logs:DescribeLogStreams',
    'logs:DescribeLogGroups',
    'logs:CreateLogStream',
    'logs:CreateLogGroup',
  ]),
  AmazonSSMReadOnlyAccess: allow(['ssm:Describe*', 'ssm:Get*', 'ssm:List*']),
  AdministratorAccess: allow(['*']),
};

/** Documents by ARN. */
export const awsManagedPolicies: ReadonlyMap<string, PolicyDocument> = new Map(
  Object.entries(documents).map(([path, document]) => [`arn:aws:iam::aws:policy/${path}`, document]),
);

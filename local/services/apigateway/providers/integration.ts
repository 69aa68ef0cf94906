// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html
import type { ResourceProvider } from '../../../runtime/resource.ts';
import type { HttpApis } from '../http-apis.ts';

interface IntegrationProperties {
  readonly ApiId: string;
  readonly IntegrationType: string;
  readonly IntegrationSubtype?: string;
  readonly IntegrationUri?: string;
  readonly PayloadFormatVersion?: string;
  readonly TimeoutInMillis?: number | string;
  readonly CredentialsArn?: string;
}

const DEFAULT_TIMEOUT_MILLISECONDS = 30_000;

/** The function's ARN, which may stand inside API Gateway's own form of it. */
function findFunctionArn(uri = ''): string | undefined {
  return /arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?/.exec(uri)?.[0];
}

export function createIntegrationProvider(apis: HttpApis): ResourceProvider {
  return {
    type: 'AWS::ApiGatewayV2::Integration',
    properties: [
      'ApiId',
      'IntegrationType',
      'IntegrationSubtype',
      'IntegrationUri',
      'PayloadFormatVersion',
      'TimeoutInMillis',
      'CredentialsArn',
    ],
    withoutEffect: {
      Description: 'nothing lists it',
      IntegrationMethod: 'functions are always invoked by POST',
      ConnectionType: 'all runs on the loopback interface',
    },
    async create(resource) {
      const properties = resource.properties as unknown as IntegrationProperties;
      const functionArn = findFunctionArn(properties.IntegrationUri);
      const { IntegrationType, IntegrationSubtype, PayloadFormatVersion } = properties;
      if (IntegrationType !== 'AWS_PROXY' || IntegrationSubtype || !functionArn || PayloadFormatVersion !== '2.0') {
        throw new Error(
          `${resource.type} "${resource.logicalId}": ${IntegrationSubtype ?? IntegrationType} to ${properties.IntegrationUri ?? '(none)'} ` +
            `with payload format ${PayloadFormatVersion ?? '(none)'} does not run here: use AWS_PROXY to a Lambda function with format 2.0`,
        );
      }
      const id = resource.logicalId;
      apis.get(properties.ApiId).integrations.set(id, {
        functionArn,
        ...(properties.CredentialsArn && { credentialsArn: properties.CredentialsArn }),
        timeoutMilliseconds: Number(properties.TimeoutInMillis ?? DEFAULT_TIMEOUT_MILLISECONDS),
      });
      return { ref: id, attributes: { IntegrationId: id } };
    },
  };
}

// The HTTP API that the outside world posts to.
import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acceptFinding } from './accepted-findings.ts';
import { alarmPeriod, type Monitoring } from './monitoring.ts';

export interface WebhookApiProps {
  readonly application: string;
  readonly routes: readonly { readonly path: string; readonly function: IFunction }[];
  readonly key: IKey;
  readonly logRetention: RetentionDays;
  readonly monitoring: Monitoring;
}

/** Open to the internet by nature: every function behind it verifies who speaks before it reads what is said. */
export class WebhookApi extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;

  constructor(scope: Construct, id: string, props: WebhookApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', { apiName: `${props.application}-automation`, createDefaultStage: false });
    for (const route of props.routes) {
      const integration = new HttpLambdaIntegration(`${route.function.node.id}Integration`, route.function);
      this.api.addRoutes({ path: route.path, methods: [HttpMethod.ANY], integration });
    }
    acceptFinding(this.api, 'APIG4');
    const log = new LogGroup(this, 'AccessLog', {
      logGroupName: `/aws/vendedlogs/apis/${props.application}-automation`,
      retention: props.logRetention,
      encryptionKey: props.key,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 200, burstLimit: 400 },
      accessLogSettings: { destination: new LogGroupLogDestination(log), format: accessLogFormat },
    });
    props.monitoring.addHighSeverityAlarm('WebhookApiFails', {
      metric: this.api.metricServerError({ period: alarmPeriod, statistic: Stats.SUM }),
      threshold: 0,
      runbook: 'webhook-api-fails',
      summary: 'webhooks are answered with a server error: GitHub does not send them again by itself',
    });
  }
}

const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTime',
    method: '$context.httpMethod',
    path: '$context.path',
    status: '$context.status',
    ip: '$context.identity.sourceIp',
    latency: '$context.responseLatency',
    error: '$context.error.message',
  }),
);

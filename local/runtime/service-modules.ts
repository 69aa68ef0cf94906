// Every AWS service that the runtime emulates: the one table of modules.
import { createApigatewayModule } from '../services/apigateway/module.ts';
import { createCloudformationModule } from '../services/cloudformation/module.ts';
import { createCloudwatchModule } from '../services/cloudwatch/module.ts';
import { createDynamodbModule } from '../services/dynamodb/module.ts';
import { createEcrModule } from '../services/ecr/module.ts';
import { createEksModule } from '../services/eks/module.ts';
import { createEventsModule } from '../services/events/module.ts';
import { createIamModule } from '../services/iam/module.ts';
import { createKmsModule } from '../services/kms/module.ts';
import { createLambdaModule } from '../services/lambda/module.ts';
import { createLogsModule } from '../services/logs/module.ts';
import { createRdsModule } from '../services/rds/module.ts';
import { createRoute53Module } from '../services/route53/module.ts';
import { createS3Module } from '../services/s3/module.ts';
import { createSchedulerModule } from '../services/scheduler/module.ts';
import { createSecretsmanagerModule } from '../services/secretsmanager/module.ts';
import { createSnsModule } from '../services/sns/module.ts';
import { createSqsModule } from '../services/sqs/module.ts';
import { createSsmModule } from '../services/ssm/module.ts';
import { createStatesModule } from '../services/states/module.ts';
import { createStsModule } from '../services/sts/module.ts';
import { createWithoutEffectModule } from '../services/without-effect/module.ts';
import type { CreateServiceModule } from './context.ts';

export interface ServiceModuleOptions {
  /** The port of the first HTTP API of the assembly; a free one when absent. */
  readonly apiPort?: number;
}

/** In the order in which services are built; they find each other through the context, never by import. */
export function listServiceModules({ apiPort }: ServiceModuleOptions = {}): readonly CreateServiceModule[] {
  return [
    createIamModule,
    createStsModule,
    createSsmModule,
    createSecretsmanagerModule,
    createLogsModule,
    createCloudwatchModule,
    createDynamodbModule,
    createKmsModule,
    createS3Module,
    createSqsModule,
    createSnsModule,
    createLambdaModule,
    createStatesModule,
    createEventsModule,
    createSchedulerModule,
    (context) => createApigatewayModule(context, apiPort === undefined ? {} : { port: apiPort }),
    createEksModule,
    createEcrModule,
    createRoute53Module,
    createRdsModule,
    createCloudformationModule,
    createWithoutEffectModule,
  ];
}

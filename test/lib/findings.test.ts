// cdk-nag's AWS Solutions rules hold for the whole app; what is accepted has its reason beside it.
import { describe, expect, it } from '@jest/globals';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { buildApp } from './synthesize-app.ts';

describe('the AWS Solutions rules', () => {
  it('find nothing that is not accepted with a reason', () => {
    const { app } = buildApp();
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });

  it('would find an unencrypted queue', async () => {
    const { Queue } = await import('aws-cdk-lib/aws-sqs');
    const { app, stacks } = buildApp();
    new Queue(stacks.automation, 'Careless');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).toThrow(/AwsSolutions-SQS4/);
  });
});

// What must stand in the synthesized templates, and the names that must never change.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { functions } from '../../contracts/functions.ts';
import { recoveryRegionFunctions } from '../../contracts/recovery-region-functions.ts';
import { buildRecoveryRoutes } from '../../lib/recovery/recovery-routes.ts';
import { buildEventRoutes, httpRoutes, scheduleRoutes } from '../../lib/routes.ts';
import { type SynthesizedApp, synthesizeApp } from './synthesize-app.ts';

let app: SynthesizedApp;
beforeAll(() => {
  app = synthesizeApp();
});

describe('stateful resources', () => {
  it('keep their logical ids: another id would replace them and lose what they hold', () => {
    const stateful = [
      'AWS::DynamoDB::GlobalTable',
      'AWS::S3::Bucket',
      'AWS::Events::EventBus',
      'AWS::Events::Archive',
      'AWS::SQS::Queue',
      'AWS::KMS::Key',
      'AWS::SecretsManager::Secret',
    ];
    const ids = stateful.flatMap((type) => Object.keys(app.automation.findResources(type)));
    expect(ids).toEqual([
      'LedgerTable9343E4AA',
      'ClaimChecksBucket831646EF',
      'BackupsdevBucketF7626F09',
      'BackupsstagingBucket5511FA25',
      'BackupsprodBucket78FDF8B2',
      'EventsBus45DE4339',
      'EventsArchive5A2DBDD8',
      'DeadLettersIngress0DB1FF74',
      'DeadLettersPromotionC4819CF3',
      'DeadLettersApproval79F511DD',
      'DeadLettersRollback96676943',
      'DeadLettersCertificatesE6933EAB',
      'DeadLettersBackups1858E300',
      'DeadLettersWatchdog7165E299',
      'DeadLettersNotification870C84EE',
      'DeadLettersAudit050DCC17',
      'EncryptionKey3A692D6E',
      'ConfigurationKeysPepper2F5D35DB',
      'ConfigurationKeysEscrowA5FC73FD',
      'Secretsgithubwebhook052013A6',
      'SecretsalertmanagerC0C86ECC',
      'Secretsargocd53B31208',
      'SecretsflaggerF929E71C',
      'Secretsgithub2A0FA518',
      'SecretsslacksigningB374C9FB',
      'Secretsslack32BF3D9D',
      'SecretspagerdutyF6C050F3',
      'Secretsmetrics86DFF72F',
      'Secretsregistry2E56F12B',
    ]);
  });

  it('outlive the stack', () => {
    for (const type of [
      'AWS::DynamoDB::GlobalTable',
      'AWS::S3::Bucket',
      'AWS::KMS::Key',
      'AWS::SecretsManager::Secret',
    ]) {
      for (const resource of Object.values(app.automation.findResources(type)))
        expect(resource.DeletionPolicy).toBe('Retain');
    }
  });
});

describe('the ledger', () => {
  it('can be restored to any second and stands in the recovery region too', () => {
    app.automation.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      TableName: 'pyairtable-automation-ledger',
      Replicas: Match.arrayWith([
        Match.objectLike({ Region: app.configuration.aws.recoveryRegion }),
        Match.objectLike({
          Region: app.configuration.aws.primaryRegion,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          DeletionProtectionEnabled: true,
        }),
      ]),
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });
});

describe('routes', () => {
  it('are all deployed, each with bounded retries and a dead-letter queue', () => {
    const rules = Object.values(app.automation.findResources('AWS::Events::Rule'));
    expect(rules.map(({ Properties }) => Properties.Name)).toEqual(
      buildEventRoutes(app.configuration).map(({ id }) => `pyairtable-${id}`),
    );
    for (const { Properties } of rules) {
      for (const target of Properties.Targets) {
        expect(target.DeadLetterConfig.Arn).toBeDefined();
        expect(target.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 8 });
      }
    }
  });

  it('by time have a dead-letter queue too', () => {
    const schedules = Object.values(app.automation.findResources('AWS::Scheduler::Schedule'));
    expect(schedules).toHaveLength(scheduleRoutes.length);
    for (const { Properties } of schedules) expect(Properties.Target.DeadLetterConfig.Arn).toBeDefined();
  });
});

describe('functions', () => {
  it('are deployed one for one from the contract table', () => {
    const names = Object.values(app.automation.findResources('AWS::Lambda::Function')).map(
      ({ Properties }) => Properties.FunctionName,
    );
    expect(names.sort()).toEqual(
      Object.keys(functions)
        .map((name) => `pyairtable-${name}`)
        .sort(),
    );
  });

  it('run on one runtime, traced, with a log group that forgets after the configured days', () => {
    app.automation.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: Match.anyValue(),
    });
    app.automation.allResourcesProperties('AWS::Logs::LogGroup', {
      RetentionInDays: app.configuration.logRetentionDays,
      KmsKeyId: Match.anyValue(),
    });
  });

  it('that rules and schedules invoke hand what they cannot do to a dead-letter queue after two retries', () => {
    const routes = [...buildEventRoutes(app.configuration), ...scheduleRoutes];
    const targets = routes.flatMap(({ target }) => ('function' in target ? [target.function] : []));
    const configurations = Object.values(app.automation.findResources('AWS::Lambda::EventInvokeConfig'));
    expect(configurations).toHaveLength(new Set(targets).size);
    for (const { Properties } of configurations) {
      expect(Properties).toMatchObject({
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: expect.anything() } },
      });
    }
  });
});

describe('alarms', () => {
  it('watch every dead-letter queue and lead to the runbook', () => {
    const alarms = Object.values(app.alarms.findResources('AWS::CloudWatch::Alarm'));
    const onQueues = alarms.filter(({ Properties }) => Properties.Namespace === 'AWS/SQS');
    expect(onQueues).toHaveLength(Object.keys(app.automation.findResources('AWS::SQS::Queue')).length);
    for (const { Properties } of alarms) {
      expect(Properties.AlarmActions).toHaveLength(1);
      expect(Properties.AlarmDescription).toMatch(/^\[(high|low)\] .+ Runbook: docs\/runbook\.md#[a-z0-9-]+$/);
    }
  });
});

describe('each stack', () => {
  it('leaves room below the 500 resources that CloudFormation allows', () => {
    for (const stack of [app.automation, app.alarms, app.access, app.recovery])
      expect(Object.keys(stack.toJSON().Resources).length).toBeLessThanOrEqual(490);
  });
});

describe('the recovery stack', () => {
  it('has its functions one for one from their table, its own bus, and a dead-letter queue behind each rule', () => {
    const names = Object.values(app.recovery.findResources('AWS::Lambda::Function')).map(
      ({ Properties }) => Properties.FunctionName,
    );
    expect(names.sort()).toEqual(
      Object.keys(recoveryRegionFunctions)
        .map((name) => `pyairtable-${name}`)
        .sort(),
    );
    const rules = Object.values(app.recovery.findResources('AWS::Events::Rule'));
    expect(rules.map(({ Properties }) => Properties.Name)).toEqual(
      buildRecoveryRoutes(app.configuration, (name) => name).map(({ id }) => `pyairtable-${id}`),
    );
    for (const { Properties } of rules)
      for (const target of Properties.Targets) expect(target.DeadLetterConfig.Arn).toBeDefined();
  });

  it('has an API with a route for what people press in Slack, under the name that the primary region has as well', () => {
    const routes = Object.values(app.recovery.findResources('AWS::ApiGatewayV2::Route'));
    expect(routes.map(({ Properties }) => Properties.RouteKey)).toEqual(['ANY /webhooks/slack']);
    const { domain } = app.configuration.api;
    for (const [stack, site] of [
      [app.automation, 'primary'],
      [app.recovery, 'recovery'],
    ] as const) {
      stack.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
        DomainName: domain?.name,
        DomainNameConfigurations: [Match.objectLike({ CertificateArn: domain?.certificates[site] })],
      });
      stack.hasResourceProperties('AWS::Route53::RecordSet', {
        Name: `${domain?.name}.`,
        HostedZoneId: domain?.hostedZoneId,
        SetIdentifier: site,
        Failover: site === 'primary' ? 'PRIMARY' : 'SECONDARY',
        HealthCheckId: site === 'primary' ? Match.anyValue() : Match.absent(),
      });
    }
    // Of the address that API Gateway gives, by a route that is there.
    const [check] = Object.values(app.automation.findResources('AWS::Route53::HealthCheck'));
    expect(JSON.stringify(check?.Properties.HealthCheckConfig.FullyQualifiedDomainName)).toContain('execute-api');
    expect(httpRoutes.map(({ path }) => path)).toContain(check?.Properties.HealthCheckConfig.ResourcePath);
  });

  it('stands in the recovery region and watches the replica of the ledger', () => {
    app.recovery.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'ReplicationLatency' });
  });
});

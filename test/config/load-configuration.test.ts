// The configuration's promises: the shipped file is valid, and a bad file is refused with every problem named.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { configurationJsonSchema } from '../../config/json-schema.ts';
import { ConfigurationError, loadConfiguration, parseConfiguration } from '../../config/load-configuration.ts';

const file = new URL('../../config/pyairtable.yaml', import.meta.url).pathname;

/** The shipped configuration with some keys changed; `undefined` removes a key. */
function change(edit: (configuration: ReturnType<typeof parse>) => void): string {
  const document = parse(readFileSync(file, 'utf8'));
  edit(document);
  return stringify(document);
}

function problemsOf(yaml: string): readonly string[] {
  try {
    parseConfiguration(yaml);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('the shipped configuration', () => {
  it('is valid and names every service of the platform', () => {
    const configuration = loadConfiguration(file);
    expect(Object.keys(configuration.services)).toEqual([
      'api-gateway',
      'platform-services',
      'automation-services',
      'airtable-gateway',
      'llm-orchestrator',
      'mcp-server',
      'frontend',
    ]);
    expect(Object.keys(configuration.environments)).toEqual(['dev', 'staging', 'prod']);
  });

  it('sends develop to dev, main to staging, and nothing but releases and people to prod', () => {
    const { dev, staging, prod } = loadConfiguration(file).environments;
    expect([dev?.branch, staging?.branch, prod?.branch]).toEqual(['develop', 'main', undefined]);
    expect(prod?.promoteOnRelease).toBe(true);
  });

  it('keeps logs of prod for 90 days and of staging for 30', () => {
    const { staging, prod } = loadConfiguration(file).environments;
    expect([staging?.logRetentionDays, prod?.logRetentionDays]).toEqual([30, 90]);
  });

  it('has a JSON Schema on disk that is the one of the code', () => {
    const onDisk = JSON.parse(readFileSync(new URL('../../config/configuration.schema.json', import.meta.url), 'utf8'));
    expect(onDisk).toEqual(JSON.parse(JSON.stringify(configurationJsonSchema())));
  });
});

describe('the name of the API', () => {
  it('needs a certificate of each region, and may be left out', () => {
    expect(problemsOf(change((c) => delete c.api))).toEqual([]);
    const swapped = change((c) => {
      c.api.domain.certificates.recovery = c.api.domain.certificates.primary;
    });
    expect(problemsOf(swapped)).toEqual([
      'api.domain.certificates.recovery: must be a certificate of eu-west-1, got one of eu-central-1',
    ]);
  });
});

const reportingOf = (c: ReturnType<typeof parse>) => c.databases.reporting.environments.dev.snapshot;

describe('a wrong configuration', () => {
  it('is refused with all problems at once, each with its path and what is allowed', () => {
    const problems = problemsOf(
      change((configuration) => {
        configuration.application = 'Not A Name';
        configuration.services['api-gateway'].port = 70_000;
        configuration.environments.dev.strategy = 'yolo';
        configuration.environments.dev.colour = 'blue';
        configuration.services.frontend.repository = 'elsewhere';
        delete configuration.registry;
      }),
    );
    expect(problems).toEqual(
      expect.arrayContaining([
        'application: must be 2-40 lower-case letters, digits and dashes, beginning with a letter (got "Not A Name")',
        expect.stringMatching(/^services\.api-gateway\.port: .*65535.*got 70000/),
        'environments.dev.strategy: must be one of rolling, blue-green, canary (got "yolo")',
        'environments.dev: unknown key colour: remove it or correct its spelling',
        'registry: is required (object)',
      ]),
    );
  });

  it.each([
    [
      'a repository that is not listed',
      (c: ReturnType<typeof parse>) => (c.services.frontend.repository = 'elsewhere'),
      /services\.frontend\.repository: must be one of .*elsewhere/,
    ],
    [
      'one branch for two environments',
      (c: ReturnType<typeof parse>) => (c.environments.staging.branch = 'develop'),
      /environments\.staging\.branch: develop promotes to dev already/,
    ],
    [
      'releases for two environments',
      (c: ReturnType<typeof parse>) => (c.environments.staging.promoteOnRelease = true),
      /environments\.prod\.promoteOnRelease: releases promote to staging already/,
    ],
    [
      'a recovery region that is the primary one',
      (c: ReturnType<typeof parse>) => (c.aws.recoveryRegion = c.aws.primaryRegion),
      /aws\.recoveryRegion: must differ/,
    ],
    [
      'a path that leaves the repository',
      (c: ReturnType<typeof parse>) => (c.environments.dev.overlayPath = '../../etc'),
      /environments\.dev\.overlayPath: must be a relative path/,
    ],
    [
      'a time zone that does not exist',
      (c: ReturnType<typeof parse>) => (c.schedules.redeliverFailedWebhooks.timeZone = 'Mars/Base'),
      /timeZone: must be an IANA time zone/,
    ],
    [
      'a schedule that EventBridge does not know',
      (c: ReturnType<typeof parse>) => (c.schedules.redeliverFailedWebhooks.expression = '*/5 * * * *'),
      /expression: must be cron/,
    ],
    [
      'an address without TLS',
      (c: ReturnType<typeof parse>) => (c.registry.url = 'http://registry.example'),
      /registry\.url: must be an https/,
    ],
    [
      'a channel of an unknown environment',
      (c: ReturnType<typeof parse>) => (c.notifications.slack.channels.moon = '#x'),
      /channels\.moon: must be one of dev, staging, prod/,
    ],
    [
      'a route of an unknown environment',
      (c: ReturnType<typeof parse>) =>
        c.notifications.routes.push({ to: 'email', environments: ['moon'], minimumSeverity: 'info' }),
      /routes\.\d+\.environments\.0: must be one of dev, staging, prod, got moon/,
    ],
    [
      'a key of another region',
      (c: ReturnType<typeof parse>) => (reportingOf(c).keys.recovery = reportingOf(c).keys.primary),
      /reporting\.environments\.dev\.snapshot\.keys\.recovery: must be a key of eu-west-1 \(aws\.recoveryRegion\), got one of eu-central-1/,
    ],
    [
      'an alias in the place of a key',
      (c: ReturnType<typeof parse>) => (reportingOf(c).keys.primary = 'alias/databases'),
      /snapshot\.keys\.primary: must be the ARN of a KMS key/,
    ],
    [
      'a database that is backed up by nothing',
      (c: ReturnType<typeof parse>) => delete c.databases.reporting.environments.dev.snapshot,
      /reporting\.environments\.dev: must ask for a dump, a snapshot or both/,
    ],
    [
      'an instance that is named twice',
      (c: ReturnType<typeof parse>) => (c.databases.copy = structuredClone(c.databases.analytics)),
      /copy\.environments\.dev\.snapshot\.identifier: cluster pyairtable-dev-analytics is analytics in dev already/,
    ],
    [
      'a replica of a cluster',
      (c: ReturnType<typeof parse>) => (c.databases.reporting.environments.prod.snapshot.kind = 'cluster'),
      /reporting\.environments\.prod\.replica: must stand beside a snapshot of kind instance.*got cluster/,
    ],
    [
      'a replica of what has no place in the recovery region',
      (c: ReturnType<typeof parse>) => (c.databases.reporting.environments.dev.replica = { identifier: 'dev-replica' }),
      /reporting\.environments\.dev\.replica: must be left out: dev has no place in recovery\.environments/,
    ],
  ])('is refused for %s', (_, edit, expected) => {
    expect(problemsOf(change(edit))).toEqual([expect.stringMatching(expected)]);
  });

  it('names the line of a syntax error', () => {
    expect(problemsOf('application: [')).toEqual([expect.stringMatching(/line 1/)]);
  });
});

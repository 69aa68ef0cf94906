// Least privilege, read off the synthesized templates: what each role may do, and what nothing may.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { functions } from '../../contracts/functions.ts';
import { recoveryRegionFunctions } from '../../contracts/recovery-region-functions.ts';
import { pascalCase } from '../../lib/constructs/automation-functions.ts';
import { type SynthesizedApp, synthesizeApp } from './synthesize-app.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource?: unknown;
  readonly Condition?: unknown;
}

let app: SynthesizedApp;
beforeAll(() => {
  app = synthesizeApp();
});

function listStatements(type: string, of = app): { id: string; statement: Statement }[] {
  const resources = Object.entries(of.automation.findResources(type));
  return resources.flatMap(([id, resource]) =>
    (resource.Properties.PolicyDocument.Statement as Statement[]).map((statement) => ({ id, statement })),
  );
}

const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

function actionsOf(functionName: string): string[] {
  return listStatements('AWS::IAM::Policy')
    .filter(({ id }) => id.startsWith(`Functions${pascalCase(functionName)}Role`))
    .flatMap(({ statement }) => listOf(statement.Action))
    .sort();
}

describe('no policy of a role', () => {
  it('has a wildcard in an action', () => {
    const wild = listStatements('AWS::IAM::Policy').flatMap(({ statement }) =>
      listOf(statement.Action).filter((action) => action.includes('*')),
    );
    expect(wild).toEqual([]);
  });

  it('has a wildcard resource but for what has no resource-level permissions', () => {
    const actions = listStatements('AWS::IAM::Policy')
      .filter(({ statement }) => listOf(statement.Resource).includes('*'))
      .flatMap(({ statement }) => listOf(statement.Action));
    expect([...new Set(actions)].every((action) => action.startsWith('xray:') || action.startsWith('logs:'))).toBe(
      true,
    );
  });
});

describe('each function', () => {
  it.each(Object.keys(functions))('%s has a role of its own', (name) => {
    const [resource] = Object.values(
      app.automation.findResources('AWS::Lambda::Function', { Properties: { FunctionName: `pyairtable-${name}` } }),
    );
    expect(JSON.stringify(resource?.Properties.Role)).toContain(`Functions${pascalCase(name)}Role`);
  });

  it('that only runs smoke tests cannot reach the ledger, the bus or a secret', () => {
    const services = new Set(actionsOf('run-smoke-tests').map((action) => action.split(':')[0]));
    expect([...services].sort()).toEqual(['eks', 'logs', 'xray']);
  });

  it('that receives webhooks reads the webhook secret and cannot reach GitHub, Slack or a cluster', () => {
    const actions = actionsOf('receive-github-webhook');
    expect(actions).toEqual(
      expect.arrayContaining(['events:PutEvents', 's3:PutObject', 'secretsmanager:GetSecretValue', 'dynamodb:PutItem']),
    );
    expect(actions.filter((action) => /^(eks|ssm|states|lambda):/.test(action))).toEqual([]);
  });
});

describe('the sealing keys in escrow', () => {
  it('can be put there by one function, and opened by none', () => {
    const [escrow] = Object.keys(app.automation.findResources('AWS::KMS::Key')).filter((id) => id.includes('Escrow'));
    const users = listStatements('AWS::IAM::Policy').filter(({ statement }) =>
      JSON.stringify(statement.Resource ?? '').includes(String(escrow)),
    );
    expect(users.map(({ statement }) => statement.Action)).toEqual(['kms:Encrypt']);
    expect(users[0]?.id).toContain('FunctionsEscrowSealingKeysRole');
  });

  it('are not within reach of the function that backs up the configuration, and neither are the dumps', () => {
    const objects = listStatements('AWS::IAM::Policy')
      .filter(({ id }) => id.startsWith('FunctionsBackUpConfigurationRole'))
      .filter(({ statement }) => listOf(statement.Action).includes('s3:GetObject'))
      .map(({ statement }) => JSON.stringify(statement.Resource));
    expect(objects.length).toBeGreaterThan(0);
    expect(objects.every((resource) => resource.includes('/configuration/*'))).toBe(true);
  });
});

describe('who may invoke functions', () => {
  it('is always one named resource of this account', () => {
    const permissions = Object.values(app.automation.findResources('AWS::Lambda::Permission'));
    expect(permissions.length).toBeGreaterThan(0);
    for (const { Properties } of permissions) expect(Properties.SourceArn).toBeDefined();
  });
});

describe('the clusters', () => {
  it('are entered by the functions that need them, each in the group that its capability names, without cluster-admin', () => {
    const groups = {
      kubernetes: 'deployment-automation',
      'kubernetes-certificates': 'certificate-checks',
      'kubernetes-renewals': 'certificate-renewals',
      'kubernetes-jobs': 'backup-jobs',
      'kubernetes-configuration': 'configuration-backup',
      'kubernetes-sealing-keys': 'sealing-key-escrow',
    } as const;
    const expected = Object.entries(functions).flatMap(([name, { uses }]) =>
      Object.entries(groups)
        .filter(([capability]) => (uses as readonly string[]).includes(capability))
        .map(([, group]) => ({ role: `Functions${pascalCase(name)}Role`, group })),
    );
    const entries = Object.values(app.access.findResources('AWS::EKS::AccessEntry'));
    expect(entries).toHaveLength(expected.length * Object.keys(app.configuration.environments).length);
    for (const { Properties } of entries) {
      const principal = JSON.stringify(Properties.PrincipalArn);
      const [found] = expected.filter(({ role }) => principal.includes(role));
      expect(Properties.KubernetesGroups).toEqual([found?.group]);
      expect(Properties.AccessPolicies).toBeUndefined();
    }
  });
});

describe('in the recovery region', () => {
  const statementsOf = (functionName: string) =>
    Object.entries(app.recovery.findResources('AWS::IAM::Policy'))
      .filter(([id]) => id.startsWith(`Functions${pascalCase(functionName)}Role`))
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[]);
  const names = Object.keys(recoveryRegionFunctions);

  it('no policy of a role has a wildcard in an action', () => {
    const actions = names.flatMap((name) => statementsOf(name).flatMap(({ Action }) => listOf(Action)));
    expect(actions.length).toBeGreaterThan(50);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  it('one function changes DNS, in the zones of the configuration and no other', () => {
    const changing = names.flatMap((name) =>
      statementsOf(name)
        .filter(({ Action }) => listOf(Action).includes('route53:ChangeResourceRecordSets'))
        .map(({ Resource }) => [name, Resource]),
    );
    const zones = Object.values(app.configuration.recovery.environments).map(
      ({ dns }) => `arn:aws:route53:::hostedzone/${dns.hostedZoneId}`,
    );
    expect(changing).toEqual([['switch-dns', zones[0]]]);
  });

  it('the function that switches DNS can do nothing else', () => {
    const services = new Set(
      statementsOf('switch-dns').flatMap(({ Action }) => listOf(Action).map((each) => each.split(':')[0])),
    );
    expect([...services].sort()).toEqual(['logs', 'route53', 'xray']);
  });

  it('the clusters of both regions are entered in one group, by the functions that need them', () => {
    const entries = [app.recovery, app.homeAccess].map((stack) =>
      Object.values(stack.findResources('AWS::EKS::AccessEntry')).map(({ Properties }) => Properties),
    );
    const using = (capability: string) =>
      Object.values(recoveryRegionFunctions).filter(({ uses }) => (uses as readonly string[]).includes(capability))
        .length;
    expect(entries.map((each) => each.length)).toEqual([using('kubernetes-recovery'), using('kubernetes-primary')]);
    for (const { KubernetesGroups, AccessPolicies } of entries.flat()) {
      expect(KubernetesGroups).toEqual(['recovery']);
      expect(AccessPolicies).toBeUndefined();
    }
  });
});

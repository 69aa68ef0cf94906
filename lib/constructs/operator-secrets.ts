// Credentials of the systems around AWS, created empty: a person fills them in once, and rotates them there.

import { RemovalPolicy } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acceptFinding } from './accepted-findings.ts';

/** Each with what it must hold; the functions refuse to work with less and name what is missing. */
const contents = {
  'github-webhook':
    'JSON {"current": "...", "previous": "..."}: the webhook secret and, during a rotation, the one before',
  alertmanager:
    'JSON {"current": "...", "previous": "..."}: the bearer token or basic password of Alertmanager and, during a rotation, the one before',
  argocd:
    'JSON {"current": "...", "previous": "..."}: the bearer token of Argo CD notifications and, during a rotation, the one before',
  flagger:
    'JSON {"current": "...", "previous": "..."}: the bearer token that the relay adds to what Flagger posts and, during a rotation, the one before',
  github: 'JSON {"appId": "...", "installationId": "...", "privateKey": "..."} of the GitHub App, or {"token": "..."}',
  'slack-signing':
    'JSON {"current": "...", "previous": "..."}: the signing secret of the Slack app and, during a rotation, the one before',
  slack: 'JSON {"token": "xoxb-..."} of the Slack app',
  'pager-duty':
    'JSON {"routingKey": "..."} of an Events API v2 integration; needed where a route of the configuration says pager-duty',
  metrics:
    'JSON {"current": "...", "previous": "..."}: the bearer token with which Prometheus reads /metrics and, during a rotation, the one before',
  registry: 'JSON {"username": "...", "password": "..."} that may read the image registry, or {} when it is public',
} as const;

export type OperatorSecret = keyof typeof contents;

export const operatorSecrets = Object.keys(contents) as readonly OperatorSecret[];

export interface OperatorSecretsProps {
  readonly application: string;
  readonly key: IKey;
  readonly recoveryRegion: string;
}

/** One secret per system, replicated to the recovery region. */
export class OperatorSecrets extends Construct {
  private readonly secrets: Readonly<Record<OperatorSecret, Secret>>;

  constructor(scope: Construct, id: string, props: OperatorSecretsProps) {
    super(scope, id);
    const addSecret = (name: OperatorSecret): [OperatorSecret, Secret] => [name, this.addSecret(name, props)];
    this.secrets = Object.fromEntries(operatorSecrets.map(addSecret)) as Record<OperatorSecret, Secret>;
  }

  idOf(name: OperatorSecret): string {
    return this.secrets[name].secretArn;
  }

  /** Their full ARNs, of which Secrets Manager's own suffix is a part. */
  allIds(): readonly string[] {
    return Object.values(this.secrets).map(({ secretArn }) => secretArn);
  }

  /** What they are and where they are replicated to, without what they hold; and to have them replicated again. */
  grantReplication(grantee: IGrantable): void {
    const actions = ['secretsmanager:DescribeSecret', 'secretsmanager:ReplicateSecretToRegions'];
    Grant.addToPrincipal({ grantee, actions, resourceArns: [...this.allIds()] });
  }

  grantRead(name: OperatorSecret, grantee: IGrantable): void {
    this.secrets[name].grantRead(grantee);
  }

  private addSecret(name: OperatorSecret, props: OperatorSecretsProps): Secret {
    const secret = new Secret(this, name, {
      secretName: `${props.application}/automation/${name}`,
      description: contents[name],
      encryptionKey: props.key,
      secretObjectValue: {},
      replicaRegions: [{ region: props.recoveryRegion }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acceptFinding(secret, 'SMG4');
    return secret;
  }
}

// Secrets and their versions, by region and name; replicas are views of their primary.
import { createHash } from 'node:crypto';
import type { CancelTimer } from '../../clock/clock.ts';
import { findArnParts } from '../../identity/arn.ts';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type PolicyDocument } from '../../runtime/service.ts';
import type { Table } from '../../storage/store.ts';
import type { SecretVersion } from './secret-version.ts';

export interface Replica {
  readonly region: string;
  readonly keyId?: string;
}

export interface StoredSecret {
  readonly name: string;
  /** Of the primary. */
  readonly region: string;
  readonly description?: string;
  readonly keyId?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  readonly changedAt: number;
  readonly accessedAt?: number;
  readonly deleteAt?: number;
  readonly deletedAt?: number;
  /** Oldest first. */
  readonly versions: readonly SecretVersion[];
  readonly replicas: readonly Replica[];
  readonly resourcePolicy?: PolicyDocument;
  /** What the template last said about the value: an operator's later value stays until that changes. */
  readonly templateValue?: string;
}

export class SecretTable {
  readonly #context: RuntimeContext;
  readonly #table: Table<StoredSecret>;
  readonly #deletions = new Map<string, CancelTimer>();

  constructor(context: RuntimeContext) {
    this.#context = context;
    this.#table = context.store.table('secretsmanager/secrets');
  }

  /** By name, ARN, or ARN without its random ending; a replica's region finds the primary. */
  find(region: string, secretId: string): StoredSecret | undefined {
    const name = secretId.startsWith('arn:')
      ? (findArnParts(secretId)?.resource ?? '').replace('secret:', '')
      : secretId;
    return this.#findByName(region, name) ?? this.#findByName(region, name.replace(/-[A-Za-z0-9]{6}$/, ''));
  }

  findByArn(arn: string): StoredSecret | undefined {
    return this.find(findArnParts(arn)?.region ?? '', arn);
  }

  /** Throws AwsError when there is none. */
  get(region: string, secretId: string): StoredSecret {
    const secret = this.find(region, secretId);
    if (secret === undefined) {
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    return secret;
  }

  /** Like `get`, and throws AwsError when the secret is marked for deletion. */
  getLive(region: string, secretId: string): StoredSecret {
    const secret = this.get(region, secretId);
    if (secret.deleteAt !== undefined) {
      throw new AwsError(
        'InvalidRequestException',
        "You can't perform this operation on the secret because it was marked for deletion.",
      );
    }
    return secret;
  }

  /** Like `getLive`, and throws AwsError when the region has a replica only. */
  getWritable(region: string, secretId: string): StoredSecret {
    const secret = this.getLive(region, secretId);
    if (secret.region !== region) {
      throw new AwsError(
        'InvalidRequestException',
        "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
      );
    }
    return secret;
  }

  put(secret: StoredSecret): void {
    this.#table.put(buildKey(secret.region, secret.name), secret);
  }

  delete(secret: StoredSecret): void {
    this.#cancelDeletion(secret);
    this.#table.delete(buildKey(secret.region, secret.name));
  }

  list(region: string): StoredSecret[] {
    return [...this.#table.values()].filter((secret) => isIn(secret, region));
  }

  /** The same ending for the same name, so that primary and replicas differ in the region only, as on AWS. */
  arnOf(region: string, name: string): string {
    const ending = createHash('sha256').update(name).digest('base64').replace(/[+/=]/g, '').slice(0, 6);
    return `arn:aws:secretsmanager:${region}:${this.#context.accountId}:secret:${name}-${ending}`;
  }

  keyIdOf(secret: StoredSecret, region: string): string | undefined {
    if (secret.region === region) return secret.keyId;
    return secret.replicas.find((replica) => replica.region === region)?.keyId;
  }

  /** Deletes what is marked when its time has come. */
  scheduleDeletions(): void {
    for (const secret of this.#table.values()) this.scheduleDeletion(secret);
  }

  scheduleDeletion(secret: StoredSecret): void {
    this.#cancelDeletion(secret);
    if (secret.deleteAt === undefined) return;
    const cancel = this.#context.clock.at(secret.deleteAt, () => this.delete(secret));
    this.#deletions.set(buildKey(secret.region, secret.name), cancel);
  }

  #cancelDeletion(secret: StoredSecret): void {
    this.#deletions.get(buildKey(secret.region, secret.name))?.();
  }

  #findByName(region: string, name: string): StoredSecret | undefined {
    const own = this.#table.get(buildKey(region, name));
    if (own !== undefined) return own;
    return [...this.#table.values()].find((secret) => secret.name === name && isIn(secret, region));
  }
}

function isIn(secret: StoredSecret, region: string): boolean {
  return secret.region === region || secret.replicas.some((replica) => replica.region === region);
}

function buildKey(region: string, name: string): string {
  return `${region}:${name}`;
}

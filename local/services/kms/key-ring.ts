// Keys and aliases. Key material never leaves this module but for the data keys that are made from it.
import { createHash, randomBytes } from 'node:crypto';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type PolicyDocument } from '../../runtime/service.ts';
import type { Table } from '../../storage/store.ts';

export interface KmsKey {
  readonly region: string;
  readonly keyId: string;
  readonly arn: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly usage: 'ENCRYPT_DECRYPT' | 'GENERATE_VERIFY_MAC';
  readonly policy: PolicyDocument | undefined;
  readonly createdAt: number;
  /** 32 bytes, base64. A replica has its primary's. */
  readonly material: string;
}

export class KeyRing {
  private readonly keys: Table<KmsKey>;
  private readonly aliases: Table<{ readonly keyArn: string }>;
  private readonly context: RuntimeContext;

  constructor(context: RuntimeContext) {
    this.context = context;
    this.keys = context.store.table<KmsKey>('kms/keys');
    this.aliases = context.store.table<{ keyArn: string }>('kms/aliases');
  }

  findByArn(arn: string): KmsKey | undefined {
    return this.keys.get(arn);
  }

  list(region: string): KmsKey[] {
    return [...this.keys.values()].filter((key) => key.region === region);
  }

  /** By key id, key ARN, alias name or alias ARN. @throws AwsError NotFoundException */
  get(id: string, region: string): KmsKey {
    const key = this.keys.get(this.resolveArn(id, region));
    if (key === undefined)
      throw new AwsError('NotFoundException', `Key '${this.resolveArn(id, region)}' does not exist`);
    return key;
  }

  /** The ARN that permissions are checked against, also of a key that does not exist. */
  resolveArn(id: string, region: string): string {
    const prefix = `arn:aws:kms:${region}:${this.context.accountId}`;
    const path = id.startsWith('alias/') ? id : `key/${id}`;
    const full = id.startsWith('arn:') ? id : `${prefix}:${path}`;
    return this.aliases.get(full)?.keyArn ?? full;
  }

  /** Settings of a known key are replaced, its material stays. */
  define(key: Omit<KmsKey, 'createdAt' | 'material' | 'arn'> & { readonly material?: string }): KmsKey {
    const arn = `arn:aws:kms:${key.region}:${this.context.accountId}:key/${key.keyId}`;
    const known = this.keys.get(arn);
    const defined: KmsKey = {
      ...key,
      arn,
      createdAt: known?.createdAt ?? this.context.clock.now(),
      material: known?.material ?? key.material ?? randomBytes(32).toString('base64'),
    };
    this.keys.put(arn, defined);
    return defined;
  }

  defineAlias(region: string, name: string, keyArn: string): void {
    this.aliases.put(`arn:aws:kms:${region}:${this.context.accountId}:${name}`, { keyArn });
  }

  /** Those of a key, such as `alias/app`. */
  listAliasNames(keyArn: string): string[] {
    return [...this.aliases.entries()]
      .filter(([, alias]) => alias.keyArn === keyArn)
      .map(([arn]) => arn.slice(arn.indexOf('alias/')));
  }

  listAliases(region: string): { readonly arn: string; readonly keyArn: string }[] {
    const prefix = `arn:aws:kms:${region}:`;
    return [...this.aliases.entries()]
      .filter(([arn]) => arn.startsWith(prefix))
      .map(([arn, { keyArn }]) => ({ arn, keyArn }));
  }
}

/** A key id in the form of a UUID, the same for the same name at every start. */
export function deriveKeyId(name: string): string {
  const digest = createHash('sha256').update(name).digest('hex');
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(12, 16),
    digest.slice(16, 20),
    digest.slice(20, 32),
  ].join('-');
}

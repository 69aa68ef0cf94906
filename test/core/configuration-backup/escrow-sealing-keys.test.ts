import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../core/configuration-backup/describe-object.ts';
import { escrowSealingKeys } from '../../../core/configuration-backup/escrow-sealing-keys.ts';

const backup = {
  ...{ backupId: 'b', environment: 'dev', bucket: 'bucket', prefix: 'configuration/20261124_030000/' },
  ...{ tier: 'daily' as const, keepUntil: '2026-12-24T03:00:00Z', startedAt: '2026-11-24T03:00:00Z' },
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const key = (privateKey: string): KubernetesObject => ({
  metadata: { name: 'sealed-secrets-key1', namespace: 'sealed-secrets' },
  data: { 'tls.crt': base64('certificate'), 'tls.key': base64(privateKey) },
});

function open(keys: KubernetesObject[]) {
  const stored: string[] = [];
  const parts = {
    listKeys: async () => keys,
    encrypt: async (plaintext: Uint8Array) => Buffer.from(plaintext).reverse(),
    put: async (_: unknown, name: string, content: Uint8Array) => {
      stored.push(`${name} ${Buffer.from(content).toString('utf8')}`);
    },
  };
  return { stored, parts };
}

describe('the escrow of sealing keys', () => {
  it('keeps each key apart from the backups, and never in the clear', async () => {
    const planted = 'canary-private-key';
    const { stored, parts } = open([key(planted)]);
    expect(await escrowSealingKeys(parts, backup, 3)).toBe(1);
    expect(stored[0]).toMatch(/^sealing-keys\/20261124_030000\/sealed-secrets-key1\.json /);
    expect(stored[0]).not.toContain(base64(planted));
    expect(stored[0]).toContain('"purpose": "sealing-key-escrow"');
  });

  it('is missing when there are SealedSecrets and no key', async () => {
    await expect(escrowSealingKeys(open([]).parts, backup, 3)).rejects.toThrow('no sealing key was found');
    expect(await escrowSealingKeys(open([]).parts, backup, 0)).toBe(0);
  });

  it('refuses a key that KMS cannot encrypt at once', async () => {
    await expect(escrowSealingKeys(open([key('x'.repeat(5000))]).parts, backup, 1)).rejects.toThrow('5000 bytes');
  });
});

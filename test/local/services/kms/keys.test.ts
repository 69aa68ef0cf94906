// Keys that really encrypt, and whom they let in.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createKmsModule } from '../../../../local/services/kms/module.ts';
import { createSecretsmanagerModule } from '../../../../local/services/secretsmanager/module.ts';
import { accountId, openRuntime, type TestRuntime } from '../service-runtime.ts';

const open = () => openRuntime([createKmsModule, createSecretsmanagerModule]);
const kms = <Output extends object>(runtime: TestRuntime, operation: string, input: object, options: object = {}) =>
  runtime.call<Output>('kms', operation, input, options);
const encrypt = async (runtime: TestRuntime, KeyId: string, text: string, more: object = {}, options: object = {}) => {
  const input = { KeyId, Plaintext: Buffer.from(text), ...more };
  return (await kms<{ CiphertextBlob: Uint8Array }>(runtime, 'Encrypt', input, options)).CiphertextBlob;
};
const decrypt = async (runtime: TestRuntime, CiphertextBlob: Uint8Array, more: object = {}, options: object = {}) => {
  const input = { CiphertextBlob, ...more };
  const { Plaintext } = await kms<{ Plaintext: Uint8Array }>(runtime, 'Decrypt', input, options);
  return Buffer.from(Plaintext).toString();
};

describe('a key', () => {
  it('decrypts what it encrypted, over a restart too, by id, ARN and alias', async () => {
    const runtime = await open();
    const { ref, attributes } = await runtime.provide('AWS::KMS::Key', {});
    await runtime.provide('AWS::KMS::Alias', { AliasName: 'alias/app', TargetKeyId: ref });
    const blobs = await Promise.all(
      [ref, String(attributes.Arn), 'alias/app'].map((id) => encrypt(runtime, id, 'secret')),
    );
    expect(Buffer.concat(blobs).includes('secret')).toBe(false);
    const next = await runtime.restart();
    await next.provide('AWS::KMS::Key', {});
    expect(await Promise.all(blobs.map((blob) => decrypt(next, blob)))).toEqual(['secret', 'secret', 'secret']);
  });

  it('wants the encryption context again, in any order', async () => {
    const runtime = await open();
    const { ref } = await runtime.provide('AWS::KMS::Key', {});
    const blob = await encrypt(runtime, ref, 'x', { EncryptionContext: { a: '1', b: '2' } });
    expect(await decrypt(runtime, blob, { EncryptionContext: { b: '2', a: '1' } })).toBe('x');
    for (const EncryptionContext of [{}, { a: '1', b: '3' }, { a: '1' }]) {
      await expect(decrypt(runtime, blob, { EncryptionContext })).rejects.toMatchObject({
        name: 'InvalidCiphertextException',
      });
    }
  });

  it('notices every changed byte', async () => {
    const runtime = await open();
    const { ref } = await runtime.provide('AWS::KMS::Key', {});
    const blob = await encrypt(runtime, ref, 'attack at dawn');
    await fc.assert(
      fc.asyncProperty(fc.nat(blob.length - 1), fc.integer({ min: 1, max: 255 }), async (position, change) => {
        const changed = Uint8Array.from(blob);
        changed[position] = (changed[position] ?? 0) ^ change;
        await expect(decrypt(runtime, changed)).rejects.toMatchObject({
          name: expect.stringMatching(/^(InvalidCiphertextException|NotFoundException)$/),
        });
      }),
      { numRuns: 60 },
    );
  });

  it('makes data keys and codes of the size asked for', async () => {
    const runtime = await open();
    const { ref } = await runtime.provide('AWS::KMS::Key', {});
    const made = await kms<{ Plaintext: Uint8Array; CiphertextBlob: Uint8Array }>(runtime, 'GenerateDataKey', {
      KeyId: ref,
      KeySpec: 'AES_128',
    });
    expect(made.Plaintext).toHaveLength(16);
    expect(await decrypt(runtime, made.CiphertextBlob)).toBe(Buffer.from(made.Plaintext).toString());
    const mac = await runtime.provide(
      'AWS::KMS::Key',
      { KeyUsage: 'GENERATE_VERIFY_MAC', KeySpec: 'HMAC_256' },
      { logicalId: 'Mac' },
    );
    const input = { KeyId: mac.ref, Message: Buffer.from('m'), MacAlgorithm: 'HMAC_SHA_256' };
    const { Mac } = await kms<{ Mac: Uint8Array }>(runtime, 'GenerateMac', input);
    await expect(kms(runtime, 'VerifyMac', { ...input, Mac })).resolves.toMatchObject({ MacValid: true });
    await expect(kms(runtime, 'VerifyMac', { ...input, Mac: Buffer.alloc(32) })).rejects.toMatchObject({
      name: 'KMSInvalidMacException',
    });
    await expect(encrypt(runtime, mac.ref, 'x')).rejects.toMatchObject({ name: 'InvalidKeyUsageException' });
  });

  it('has replicas that decrypt in their region', async () => {
    const runtime = await open();
    const { ref, attributes } = await runtime.provide('AWS::KMS::Key', { MultiRegion: true });
    await runtime.provide('AWS::KMS::ReplicaKey', { PrimaryKeyArn: attributes.Arn }, { region: 'us-west-2' });
    const blob = await encrypt(runtime, ref, 'both');
    expect(await decrypt(runtime, blob, {}, { region: 'us-west-2' })).toBe('both');
    await expect(decrypt(runtime, blob, {}, { region: 'ap-south-1' })).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });

  it('that is disabled does nothing', async () => {
    const runtime = await open();
    const { ref } = await runtime.provide('AWS::KMS::Key', { Enabled: false });
    await expect(encrypt(runtime, ref, 'x')).rejects.toMatchObject({ name: 'DisabledException' });
    await expect(encrypt(runtime, 'alias/none', 'x')).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('lets in whom its policy names, whatever else they may do', async () => {
    const runtime = await open();
    const reader = await runtime.createRole('reader', { Effect: 'Allow', Action: 'kms:*', Resource: '*' });
    const other = await runtime.createRole('other', { Effect: 'Allow', Action: 'kms:*', Resource: '*' });
    const { ref } = await runtime.provide('AWS::KMS::Key', {
      KeyPolicy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: reader.roleArn }, Action: 'kms:Decrypt', Resource: '*' }],
      },
    });
    const blob = await encrypt(runtime, ref, 'x');
    expect(await decrypt(runtime, blob, {}, { as: reader })).toBe('x');
    await expect(decrypt(runtime, blob, {}, { as: other })).rejects.toThrow(
      'because no resource-based policy allows the kms:Decrypt action',
    );
    await expect(encrypt(runtime, ref, 'x', {}, { as: reader })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('lets in whom a policy lets use the keys with its alias, and no other key', async () => {
    const runtime = await open();
    const reader = await runtime.createRole('reader', {
      ...{ Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*' },
      Condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/app' } },
    });
    const { ref } = await runtime.provide('AWS::KMS::Key', {});
    await runtime.provide('AWS::KMS::Alias', { AliasName: 'alias/app', TargetKeyId: ref });
    const other = await runtime.provide('AWS::KMS::Key', {}, { logicalId: 'Other' });
    expect(await encrypt(runtime, ref, 'x', {}, { as: reader })).toBeDefined();
    await expect(encrypt(runtime, other.ref, 'x', {}, { as: reader })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('may be used through one service only', async () => {
    const runtime = await open();
    const { attributes } = await runtime.provide('AWS::KMS::Key', {
      KeyPolicy: {
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${accountId}:root` },
          Action: 'kms:*',
          Resource: '*',
          Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' } },
        },
      },
    });
    const as = await runtime.createRole('reader', { Effect: 'Allow', Action: '*', Resource: '*' });
    await runtime.provide('AWS::SecretsManager::Secret', { Name: 's', SecretString: 'x', KmsKeyId: attributes.Arn });
    const read = runtime.call('secretsmanager', 'GetSecretValue', { SecretId: 's' }, { as });
    await expect(read).resolves.toMatchObject({ SecretString: 'x' });
    const blob = await encrypt(runtime, String(attributes.Arn), 'x');
    await expect(decrypt(runtime, blob, {}, { as })).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

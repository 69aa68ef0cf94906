// Secrets as an app reads them and its operators rotate them.
import type {
  DescribeSecretResponse,
  GetSecretValueResponse,
  ListSecretsResponse,
  PutSecretValueResponse,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { generatePassword } from '../../../../local/services/secretsmanager/generate-password.ts';
import { createSecretsmanagerModule } from '../../../../local/services/secretsmanager/module.ts';
import { accountId, openRuntime, region, type TestRuntime } from '../service-runtime.ts';

const service = 'secretsmanager';
const open = () => openRuntime([createSecretsmanagerModule]);
const value = async (runtime: TestRuntime, SecretId: string, more: object = {}, options: object = {}) =>
  runtime.call<GetSecretValueResponse>(service, 'GetSecretValue', { SecretId, ...more }, options);
const put = (runtime: TestRuntime, SecretId: string, SecretString: string, more: object = {}) =>
  runtime.call<PutSecretValueResponse>(service, 'PutSecretValue', { SecretId, SecretString, ...more });
const create = (runtime: TestRuntime, Name: string, SecretString?: string) =>
  runtime.call<{ ARN: string }>(service, 'CreateSecret', { Name, SecretString });

describe('a secret', () => {
  it('keeps its current and its previous value, over a restart too', async () => {
    const runtime = await open();
    const { ARN } = await create(runtime, 'app/github', 'one');
    expect(ARN).toMatch(new RegExp(`^arn:aws:secretsmanager:${region}:${accountId}:secret:app/github-[A-Za-z0-9]{6}$`));
    await put(runtime, 'app/github', 'two');
    await put(runtime, ARN, 'three');
    const next = await runtime.restart();
    expect(await value(next, ARN)).toMatchObject({ SecretString: 'three', VersionStages: ['AWSCURRENT'] });
    expect(await value(next, ARN.slice(0, -7), { VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'two' });
    expect((await value(next, 'app/github')).CreatedDate).toBeInstanceOf(Date);
  });

  it('is rotated by a pending version that becomes current', async () => {
    const runtime = await open();
    await create(runtime, 's', 'old');
    const old = (await value(runtime, 's')).VersionId;
    const { VersionId } = await put(runtime, 's', 'new', { VersionStages: ['AWSPENDING'] });
    expect(await value(runtime, 's')).toMatchObject({ SecretString: 'old' });
    expect(await value(runtime, 's', { VersionStage: 'AWSPENDING' })).toMatchObject({ SecretString: 'new' });
    const move = { SecretId: 's', VersionStage: 'AWSCURRENT', MoveToVersionId: VersionId };
    await expect(runtime.call(service, 'UpdateSecretVersionStage', move)).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await runtime.call(service, 'UpdateSecretVersionStage', { ...move, RemoveFromVersionId: old });
    const { VersionIdsToStages } = await runtime.call<DescribeSecretResponse>(service, 'DescribeSecret', {
      SecretId: 's',
    });
    expect(VersionIdsToStages).toEqual({ [VersionId!]: ['AWSPENDING', 'AWSCURRENT'], [old!]: ['AWSPREVIOUS'] });
  });

  it('stores a value once per token and refuses another value under it', async () => {
    const runtime = await open();
    await create(runtime, 's', 'a');
    const ClientRequestToken = 'c6a4d2f0-0000-4000-8000-000000000000';
    await put(runtime, 's', 'b', { ClientRequestToken });
    await put(runtime, 's', 'b', { ClientRequestToken });
    await expect(put(runtime, 's', 'c', { ClientRequestToken })).rejects.toMatchObject({
      name: 'ResourceExistsException',
    });
    expect(await value(runtime, 's', { VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'a' });
  });

  it('holds bytes', async () => {
    const runtime = await open();
    await runtime.call(service, 'CreateSecret', { Name: 'b', SecretBinary: Buffer.from([0, 255]) });
    expect([...((await value(runtime, 'b')).SecretBinary ?? [])]).toEqual([0, 255]);
  });

  it('without a value says so', async () => {
    const runtime = await open();
    await create(runtime, 's');
    await expect(value(runtime, 's')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    });
    await expect(value(runtime, 't')).rejects.toThrow("Secrets Manager can't find the specified secret.");
  });

  it('can be restored until its recovery window has passed', async () => {
    const runtime = await open();
    await create(runtime, 's', 'a');
    await runtime.call(service, 'DeleteSecret', { SecretId: 's', RecoveryWindowInDays: 7 });
    await expect(value(runtime, 's')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(create(runtime, 's', 'b')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await runtime.call(service, 'RestoreSecret', { SecretId: 's' });
    await runtime.clock.advance(8 * 86_400_000);
    expect(await value(runtime, 's')).toMatchObject({ SecretString: 'a' });
    await runtime.call(service, 'DeleteSecret', { SecretId: 's', RecoveryWindowInDays: 7 });
    const next = await runtime.restart();
    await next.start();
    await next.clock.advance(8 * 86_400_000);
    await expect(value(next, 's')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('is read in its replica’s region and written in its own only', async () => {
    const runtime = await open();
    const { ref } = await runtime.provide('AWS::SecretsManager::Secret', {
      Name: 'r',
      SecretString: '{}',
      ReplicaRegions: [{ Region: 'us-west-2' }],
    });
    const there = { region: 'us-west-2' };
    expect(await value(runtime, 'r', {}, there)).toMatchObject({ ARN: ref.replace(region, 'us-west-2') });
    await put(runtime, 'r', '{"a":1}');
    expect(await value(runtime, 'r', {}, there)).toMatchObject({ SecretString: '{"a":1}' });
    await expect(
      runtime.call(service, 'PutSecretValue', { SecretId: 'r', SecretString: 'x' }, there),
    ).rejects.toMatchObject({ name: 'InvalidRequestException' });
    const listed = await runtime.call<ListSecretsResponse>(service, 'ListSecrets', {}, there);
    expect(listed.SecretList).toMatchObject([{ Name: 'r', PrimaryRegion: region }]);
  });

  it('is replicated on demand, once to each region', async () => {
    const runtime = await open();
    await runtime.provide('AWS::SecretsManager::Secret', { Name: 'r', SecretString: '{}' });
    const there = { region: 'us-west-2' };
    await expect(value(runtime, 'r', {}, there)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const input = { SecretId: 'r', AddReplicaRegions: [{ Region: 'us-west-2' }] };
    for (const _ of [1, 2])
      expect(await runtime.call(service, 'ReplicateSecretToRegions', input)).toMatchObject({
        ReplicationStatus: [{ Region: 'us-west-2', Status: 'InSync' }],
      });
    expect(await value(runtime, 'r', {}, there)).toMatchObject({ SecretString: '{}' });
  });

  it('is guarded by its ARN, and by its key where it has one', async () => {
    const runtime = await open();
    const key = `arn:aws:kms:${region}:${accountId}:key/k`;
    const { ref } = await runtime.provide('AWS::SecretsManager::Secret', {
      Name: 's',
      SecretString: 'x',
      KmsKeyId: key,
    });
    const as = await runtime.createRole('reader', {
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: ref,
    });
    await expect(value(runtime, 's', {}, { as })).rejects.toThrow(
      `is not authorized to perform: kms:Decrypt on resource: ${key} because no resource-based policy allows the kms:Decrypt action`,
    );
    await runtime.call(service, 'UpdateSecret', { SecretId: 's', KmsKeyId: 'alias/aws/secretsmanager' });
    await expect(value(runtime, 's', {}, { as })).resolves.toMatchObject({ SecretString: 'x' });
    await expect(value(runtime, 'other', {}, { as })).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('can be denied by its own policy', async () => {
    const runtime = await open();
    const { ref } = await runtime.provide('AWS::SecretsManager::Secret', { Name: 's', SecretString: 'x' });
    await runtime.provide('AWS::SecretsManager::ResourcePolicy', {
      SecretId: ref,
      ResourcePolicy: {
        Version: '2012-10-17',
        Statement: { Effect: 'Deny', Principal: '*', Action: 'secretsmanager:GetSecretValue', Resource: '*' },
      },
    });
    const as = await runtime.createRole('reader', { Effect: 'Allow', Action: '*', Resource: '*' });
    await expect(value(runtime, 's', {}, { as })).rejects.toThrow('with an explicit deny in a resource-based policy');
  });
});

describe('AWS::SecretsManager::Secret', () => {
  it('generates its value once and keeps what an operator put until the template changes', async () => {
    const runtime = await open();
    const properties = {
      Name: 'db',
      GenerateSecretString: {
        SecretStringTemplate: '{"username":"app"}',
        GenerateStringKey: 'password',
        PasswordLength: 20,
      },
    };
    const { ref } = await runtime.provide('AWS::SecretsManager::Secret', properties);
    const generated = (await value(runtime, ref)).SecretString ?? '';
    expect(JSON.parse(generated)).toEqual({ username: 'app', password: expect.stringMatching(/^.{20}$/) });
    const second = await runtime.restart();
    expect((await second.provide('AWS::SecretsManager::Secret', properties)).ref).toBe(ref);
    expect((await value(second, ref)).SecretString).toBe(generated);
    await put(second, ref, 'operator');
    const third = await second.restart();
    await third.provide('AWS::SecretsManager::Secret', properties);
    expect((await value(third, ref)).SecretString).toBe('operator');
    await third.provide('AWS::SecretsManager::Secret', { Name: 'db', SecretString: 'template' });
    expect((await value(third, ref)).SecretString).toBe('template');
  });
});

describe('a generated password', () => {
  it('has its length, each kind of character, and none that is excluded', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 64 }), fc.string({ maxLength: 5 }), (length, excluded) => {
        const password = generatePassword({ PasswordLength: length, ExcludeCharacters: excluded });
        expect(password).toHaveLength(length);
        for (const kind of [/[a-z]/, /[A-Z]/, /\d/, /[^\w]|_/]) expect(password).toMatch(kind);
        expect([...excluded].some((character) => password.includes(character))).toBe(false);
      }),
    );
  });
});

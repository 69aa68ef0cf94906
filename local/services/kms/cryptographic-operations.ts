// Encrypt, Decrypt, GenerateDataKey, GenerateMac and VerifyMac. https://docs.aws.amazon.com/kms/latest/APIReference/
import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type {
  DecryptCommandInput,
  EncryptCommandInput,
  GenerateDataKeyCommandInput,
  GenerateMacCommandInput,
  VerifyMacCommandInput,
} from '@aws-sdk/client-kms';
import { AwsError, type CallContext, type Operation, type Permission } from '../../runtime/service.ts';
import type { KeyRing, KmsKey } from './key-ring.ts';

type EncryptionContext = Readonly<Record<string, string>>;

/** Layout of a ciphertext: length of the ARN (2), ARN, nonce (12), tag (16), encrypted bytes. */
const nonceBytes = 12;
const tagBytes = 16;

export function createCryptographicOperations(keys: KeyRing): Record<string, Operation> {
  const permission = (action: string, keyArn: string, context: EncryptionContext = {}): Permission[] => [
    {
      action,
      resource: keyArn,
      context: {
        'kms:EncryptionContextKeys': Object.keys(context),
        ...Object.fromEntries(Object.entries(context).map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
      },
    },
  ];
  const getUsable = (id: string | undefined, call: CallContext, usage: KmsKey['usage']): KmsKey => {
    const key = keys.get(id ?? '', call.region);
    if (!key.enabled) throw new AwsError('DisabledException', `${key.arn} is disabled.`);
    if (key.usage === usage) return key;
    throw new AwsError(
      'InvalidKeyUsageException',
      `${key.arn} key usage is ${key.usage} which is not valid for this operation.`,
    );
  };
  // A replica decrypts what its primary encrypted: the key id is the same in every region.
  const encryptingKeyArn = (blob: Uint8Array | undefined, call: CallContext): string =>
    keys.resolveArn(readKeyArn(blob).split('/').at(-1) ?? '', call.region);
  return {
    Encrypt: {
      authorize: ({ KeyId = '', EncryptionContext }: EncryptCommandInput, call: CallContext) =>
        permission('kms:Encrypt', keys.resolveArn(KeyId, call.region), EncryptionContext),
      handle: ({ KeyId, Plaintext, EncryptionContext }: EncryptCommandInput, call: CallContext) => {
        const key = getUsable(KeyId, call, 'ENCRYPT_DECRYPT');
        return {
          CiphertextBlob: encrypt(key, Buffer.from(Plaintext ?? []), EncryptionContext),
          KeyId: key.arn,
          EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        };
      },
    },
    Decrypt: {
      authorize: ({ CiphertextBlob, KeyId, EncryptionContext }: DecryptCommandInput, call: CallContext) =>
        permission(
          'kms:Decrypt',
          KeyId === undefined ? encryptingKeyArn(CiphertextBlob, call) : keys.resolveArn(KeyId, call.region),
          EncryptionContext,
        ),
      handle: ({ CiphertextBlob, KeyId, EncryptionContext }: DecryptCommandInput, call: CallContext) => {
        const key = getUsable(encryptingKeyArn(CiphertextBlob, call), call, 'ENCRYPT_DECRYPT');
        if (KeyId !== undefined && keys.resolveArn(KeyId, call.region) !== key.arn) {
          throw new AwsError(
            'IncorrectKeyException',
            'The key ID in the request does not identify a CMK that can perform this operation.',
          );
        }
        return {
          Plaintext: decrypt(key, Buffer.from(CiphertextBlob ?? []), EncryptionContext),
          KeyId: key.arn,
          EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        };
      },
    },
    GenerateDataKey: {
      authorize: ({ KeyId = '', EncryptionContext }: GenerateDataKeyCommandInput, call: CallContext) =>
        permission('kms:GenerateDataKey', keys.resolveArn(KeyId, call.region), EncryptionContext),
      handle: (
        { KeyId, KeySpec, NumberOfBytes, EncryptionContext }: GenerateDataKeyCommandInput,
        call: CallContext,
      ) => {
        const key = getUsable(KeyId, call, 'ENCRYPT_DECRYPT');
        const Plaintext = randomBytes(NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32));
        return { Plaintext, CiphertextBlob: encrypt(key, Plaintext, EncryptionContext), KeyId: key.arn };
      },
    },
    GenerateMac: {
      authorize: ({ KeyId = '' }: GenerateMacCommandInput, call: CallContext) =>
        permission('kms:GenerateMac', keys.resolveArn(KeyId, call.region)),
      handle: ({ KeyId, Message, MacAlgorithm }: GenerateMacCommandInput, call: CallContext) => {
        const key = getUsable(KeyId, call, 'GENERATE_VERIFY_MAC');
        return { Mac: computeMac(key, Message), MacAlgorithm, KeyId: key.arn };
      },
    },
    VerifyMac: {
      authorize: ({ KeyId = '' }: VerifyMacCommandInput, call: CallContext) =>
        permission('kms:VerifyMac', keys.resolveArn(KeyId, call.region)),
      handle: ({ KeyId, Message, Mac, MacAlgorithm }: VerifyMacCommandInput, call: CallContext) => {
        const key = getUsable(KeyId, call, 'GENERATE_VERIFY_MAC');
        const expected = computeMac(key, Message);
        const given = Buffer.from(Mac ?? []);
        if (given.length !== expected.length || !timingSafeEqual(given, expected))
          throw new AwsError('KMSInvalidMacException', 'The MAC is not valid.');
        return { MacValid: true, MacAlgorithm, KeyId: key.arn };
      },
    },
  };
}

function encrypt(key: KmsKey, plaintext: Buffer, context: EncryptionContext = {}): Buffer {
  const arn = Buffer.from(key.arn);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(arn.length);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key.material, 'base64'), nonce);
  cipher.setAAD(canonical(key.arn, context));
  const encrypted = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([length, arn, nonce, cipher.getAuthTag(), encrypted]);
}

function decrypt(key: KmsKey, blob: Buffer, context: EncryptionContext = {}): Buffer {
  const start = 2 + blob.readUInt16BE(0);
  const decipher = createDecipheriv(
    'aes-256-gcm',
    Buffer.from(key.material, 'base64'),
    blob.subarray(start, start + nonceBytes),
  );
  decipher.setAAD(canonical(readKeyArn(blob), context));
  decipher.setAuthTag(blob.subarray(start + nonceBytes, start + nonceBytes + tagBytes));
  try {
    return Buffer.concat([decipher.update(blob.subarray(start + nonceBytes + tagBytes)), decipher.final()]);
  } catch (cause) {
    throw new AwsError('InvalidCiphertextException', '', { cause });
  }
}

function readKeyArn(blob: Uint8Array | undefined): string {
  const bytes = Buffer.from(blob ?? []);
  if (bytes.length < 2 || bytes.length < 2 + bytes.readUInt16BE(0) + nonceBytes + tagBytes)
    throw new AwsError('InvalidCiphertextException', '');
  return bytes.subarray(2, 2 + bytes.readUInt16BE(0)).toString();
}

/** What is authenticated beside the text: whose ciphertext it is, and its context in an order that no caller decides. */
function canonical(keyArn: string, context: EncryptionContext): Buffer {
  return Buffer.from(JSON.stringify([keyArn, Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))]));
}

function computeMac(key: KmsKey, message: Uint8Array | undefined): Buffer {
  return createHmac('sha256', Buffer.from(key.material, 'base64'))
    .update(message ?? new Uint8Array())
    .digest();
}

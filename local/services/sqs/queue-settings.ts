// What a queue is set to: attributes, their defaults and their limits.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
import { AwsError, type PolicyDocument } from '../../runtime/service.ts';

/** Attributes as the API has them: text by name. */
export type QueueAttributes = Readonly<Record<string, string>>;

export interface QueueRecord {
  readonly name: string;
  readonly region: string;
  readonly attributes: QueueAttributes;
  readonly tags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

const defaults: QueueAttributes = {
  VisibilityTimeout: '30',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  DelaySeconds: '0',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
};
const fifoDefaults: QueueAttributes = {
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
};
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  VisibilityTimeout: [0, 43_200],
  MaximumMessageSize: [1_024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  DelaySeconds: [0, 900],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
};
const others = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy', 'KmsMasterKeyId', 'SqsManagedSseEnabled', 'FifoQueue'];

/** A queue's attributes with what it was not told, as AWS sets it. */
export function completeAttributes(name: string, attributes: QueueAttributes): QueueAttributes {
  const isEncryptedByKey = attributes.KmsMasterKeyId !== undefined;
  return {
    ...defaults,
    ...(isEncryptedByKey && { SqsManagedSseEnabled: 'false', KmsDataKeyReusePeriodSeconds: '300' }),
    ...(isFifoName(name) && { FifoQueue: 'true', ...fifoDefaults }),
    ...attributes,
  };
}

export function isFifoName(name: string): boolean {
  return name.endsWith('.fifo');
}

/** Throws AwsError for a name or an attribute that SQS refuses. */
export function checkQueue(name: string, attributes: QueueAttributes): void {
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(name.replace(/\.fifo$/, '')) || name.length > 80) {
    throw new AwsError(
      'InvalidParameterValue',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
  if ((attributes.FifoQueue === 'true') !== isFifoName(name)) {
    throw new AwsError(
      'InvalidParameterValue',
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length, and FifoQueue must be true for it.',
    );
  }
  checkAttributes(attributes);
}

/** Throws AwsError for an attribute that does not exist or whose value is out of range. */
export function checkAttributes(attributes: QueueAttributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    const range = ranges[name];
    if (range === undefined) {
      if (!others.includes(name) && !(name in fifoDefaults)) {
        throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
      }
      continue;
    }
    const number = Number(value);
    if (!Number.isInteger(number) || number < range[0] || number > range[1]) {
      throw new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
    }
  }
  parseRedrivePolicy(attributes.RedrivePolicy);
  parsePolicy(attributes.Policy);
}

/** Undefined when the queue has none. Throws AwsError for a malformed one. */
export function parseRedrivePolicy(text: string | undefined): RedrivePolicy | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text) as Record<string, unknown>;
    const count = Number(maxReceiveCount);
    if (typeof deadLetterTargetArn === 'string' && Number.isInteger(count) && count >= 1 && count <= 1000) {
      return { deadLetterTargetArn, maxReceiveCount: count };
    }
  } catch {
    // Falls to the one refusal below: no JSON is refused as any other malformed policy.
  }
  throw new AwsError(
    'InvalidParameterValue',
    `Value ${text} for parameter RedrivePolicy is invalid. Reason: deadLetterTargetArn and a maxReceiveCount between 1 and 1000 are needed.`,
  );
}

/** Undefined when the queue has none. Throws AwsError for text that is no JSON. */
export function parsePolicy(text: string | undefined): PolicyDocument | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text) as PolicyDocument;
  } catch (cause) {
    throw new AwsError('InvalidAttributeValue', 'Invalid value for the parameter Policy.', { cause });
  }
}

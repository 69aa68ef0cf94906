// What a caller needs for an operation on a queue, and on the key that the queue is encrypted with.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
import { type EncryptionUse, listEncryptionPermissions } from '../../identity/encryption-permission.ts';
import type { CallContext, Permission } from '../../runtime/service.ts';
import type { MessageQueue } from './message-queue.ts';
import type { Queues } from './queues.ts';

export function listQueuePermissions(
  queues: Queues,
  action: string,
  queueUrl: string | undefined,
  call: CallContext,
  keyActions: EncryptionUse['actions'] = [],
): Permission[] {
  const name = queueUrl?.split('/').at(-1) ?? '';
  const queue = queues.find(call.region, name);
  const permission = { action: `sqs:${action}`, resource: queues.arnOf(call.region, name) };
  return queue === undefined ? [permission] : [permission, ...listKeyPermissions(queue, keyActions)];
}

/** The permissions on the queue's own key. */
export function listKeyPermissions(queue: MessageQueue, actions: EncryptionUse['actions']): Permission[] {
  return listEncryptionPermissions({
    keyId: queue.record.attributes.KmsMasterKeyId,
    actions,
    service: 'sqs',
    region: queue.record.region,
    encryptionContext: { 'aws:sqs:arn': queue.arn },
  });
}

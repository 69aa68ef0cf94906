// The URL by which SQS knows a queue, for services that are given the queue's ARN.

/** Throws for an ARN that is no queue's. */
export function buildQueueUrl(queueArn: string): string {
  const [, , service, region, accountId, name] = queueArn.split(':');
  if (service !== 'sqs' || !region || !accountId || !name) {
    throw new Error(`not the ARN of a queue: "${queueArn}": expected arn:aws:sqs:<region>:<account>:<name>`);
  }
  return `https://sqs.${region}.amazonaws.com/${accountId}/${name}`;
}

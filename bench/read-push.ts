// The recorded push that the webhook figures send: 6.9 kB, as GitHub sends it.
import { createHmac, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';

interface Recorded {
  readonly name: string;
  readonly examples: readonly object[];
}

export const webhookSecret = 'a secret that only the bench knows';

export interface SignedDelivery {
  readonly body: string;
  /** In lower case, as HTTP/2 and API Gateway write names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The recorded push, as an object. */
export function readPush(): Record<string, unknown> {
  const recorded = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as Recorded[];
  const push = recorded.find(({ name }) => name === 'push')?.examples[0];
  if (push === undefined) throw new Error('@octokit/webhooks-examples has no push');
  return push as Record<string, unknown>;
}

/** Makes deliveries that differ in id and in body, as those of different pushes do: the same body twice has no effect twice. */
export function createDeliverySource(push = readPush()): () => SignedDelivery {
  const [beginning = '', end = ''] = JSON.stringify({ ...push, after: 'COMMIT' }).split('COMMIT');
  return () => {
    const id = randomUUID();
    const body = `${beginning}${id.replaceAll('-', '')}00000000${end}`;
    const signature = createHmac('sha256', webhookSecret).update(body).digest('hex');
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/044aadd',
        'x-github-delivery': id,
        'x-github-event': 'push',
        'x-hub-signature-256': `sha256=${signature}`,
      },
    };
  };
}

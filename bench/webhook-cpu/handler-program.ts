// Our side: the deployed bundle of receive-github-webhook, called with the events that API Gateway makes of deliveries.
import { pathToFileURL } from 'node:url';
import { readSettings, serveRounds } from '../contestant.ts';
import { createDeliverySource, type SignedDelivery } from '../read-push.ts';
import { measureCpu } from './measure-cpu.ts';

type Handler = (event: object, context: object) => Promise<{ readonly statusCode: number; readonly body: string }>;

const { bundle } = readSettings<{ readonly bundle: string }>();
const { handler } = (await import(pathToFileURL(bundle).href)) as { readonly handler: Handler };
const nextDelivery = createDeliverySource();

async function handle({ body, headers }: SignedDelivery): Promise<void> {
  const event = {
    version: '2.0',
    routeKey: 'ANY /webhooks/github',
    rawPath: '/webhooks/github',
    rawQueryString: '',
    headers,
    requestContext: {
      http: { method: 'POST', path: '/webhooks/github', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
      requestId: headers['x-github-delivery'],
      timeEpoch: Date.now(),
    },
    body,
    isBase64Encoded: false,
  };
  const context = { awsRequestId: headers['x-github-delivery'], functionName: 'receive-github-webhook' };
  const answer = await handler(event, context);
  if (answer.statusCode !== 202) throw new Error(`the handler answered ${answer.statusCode}: ${answer.body}`);
}

serveRounds((count: number) => measureCpu(Array.from({ length: count }, nextDelivery), handle));

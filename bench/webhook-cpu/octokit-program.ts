// The peer: the middleware of @octokit/webhooks, called as ours is: with a request that has been read already.
// With `publishes` its listener does what our handler does: it claims delivery and body, publishes, and completes the claim.
import { createHash } from 'node:crypto';
import { DynamoDBClient, TransactWriteItemsCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { readSettings, serveRounds } from '../contestant.ts';
import { createDeliverySource, type SignedDelivery, webhookSecret } from '../read-push.ts';
import { measureCpu } from './measure-cpu.ts';

interface Webhooks {
  on(name: 'push', listener: (event: { id: string; payload: object }) => Promise<void>): void;
}
type Middleware = (request: object, response: object) => Promise<boolean>;
interface Octokit {
  readonly Webhooks: new (options: { secret: string }) => Webhooks;
  createNodeMiddleware(webhooks: Webhooks, options: { path: string }): Middleware;
}

const { module, publishes } = readSettings<{ readonly module: string; readonly publishes: boolean }>();
const { Webhooks, createNodeMiddleware } = (await import(module)) as Octokit;
const webhooks = new Webhooks({ secret: webhookSecret });
const path = '/webhooks/github';
const middleware = createNodeMiddleware(webhooks, { path });
const nextDelivery = createDeliverySource();

if (publishes) {
  const dynamo = new DynamoDBClient({});
  const events = new EventBridgeClient({});
  webhooks.on('push', async ({ id, payload }) => {
    const detail = JSON.stringify({ metadata: { eventId: id }, ...payload });
    const body = createHash('sha256').update(detail).digest('hex');
    const TransactItems = [`delivery#${id}`, `body#${body}`].map((key) => ({
      Put: {
        TableName: 'claims',
        Item: { pk: { S: key }, sk: { S: 'CLAIM' }, status: { S: 'in-progress' }, holder: { S: id } },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    }));
    await dynamo.send(new TransactWriteItemsCommand({ TransactItems }));
    const entry = { EventBusName: 'automation', Source: 'github.com', DetailType: 'push', Detail: detail };
    const { FailedEntryCount: failed } = await events.send(new PutEventsCommand({ Entries: [entry] }));
    if (failed !== 0) throw new Error('the sink took no event');
    await dynamo.send(
      new UpdateItemCommand({
        TableName: 'claims',
        Key: { pk: { S: `body#${body}` }, sk: { S: 'CLAIM' } },
        UpdateExpression: 'SET #status = :done',
        ConditionExpression: 'holder = :holder',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':done': { S: 'done' }, ':holder': { S: id } },
      }),
    );
  });
} else {
  webhooks.on('push', async () => undefined);
}

async function handle({ body, headers }: SignedDelivery): Promise<void> {
  let status = 0;
  const response = {
    writeHead(code: number) {
      status = code;
      return response;
    },
    end: () => response,
  };
  await middleware({ method: 'POST', url: path, headers, body }, response);
  if (status !== 200) throw new Error(`the middleware answered ${status}`);
}

serveRounds((count: number) => measureCpu(Array.from({ length: count }, nextDelivery), handle));

// A sink that stands for AWS: takes every call over loopback HTTP and answers as DynamoDB, EventBridge and Secrets Manager do.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveRounds } from '../contestant.ts';
import { webhookSecret } from '../read-push.ts';

const answers: Readonly<Record<string, object>> = {
  TransactWriteItems: {},
  UpdateItem: {},
  PutEvents: { FailedEntryCount: 0, Entries: [{ EventId: '11710aed-b79e-4468-a20b-bb3c0c3b4860' }] },
  GetSecretValue: { SecretString: JSON.stringify({ current: webhookSecret }) },
};

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
  const answer = answers[operation];
  const body = JSON.stringify(
    answer ?? { __type: 'UnknownOperationException', message: `the sink has no ${operation}` },
  );
  request.resume().once('end', () => {
    response.writeHead(answer === undefined ? 400 : 200, {
      'content-type': 'application/x-amz-json-1.1',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

serveRounds(() => url);

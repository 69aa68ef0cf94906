import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../../local/runtime/service.ts';
import { createApigatewayModule } from '../../../../local/services/apigateway/module.ts';
import { createServiceHarness, REGION, type ServiceHarness } from '../service-harness.ts';

const FUNCTION_ARN = `arn:aws:lambda:${REGION}:111122223333:function:web`;

type Answer = { Payload?: Buffer; FunctionError?: string };

async function declareApi(
  harness: ServiceHarness,
  routeKeys: readonly string[],
  options: { stage?: object; api?: object; integration?: object } = {},
) {
  const { ref: ApiId, attributes } = await harness.create('AWS::ApiGatewayV2::Api', 'Api', {
    Name: 'web',
    ProtocolType: 'HTTP',
    ...options.api,
  });
  await harness.create('AWS::ApiGatewayV2::Integration', 'Web', {
    ApiId,
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: FUNCTION_ARN,
    PayloadFormatVersion: '2.0',
    ...options.integration,
  });
  for (const RouteKey of routeKeys) {
    await harness.create('AWS::ApiGatewayV2::Route', RouteKey, { ApiId, RouteKey, Target: 'integrations/Web' });
  }
  await harness.create('AWS::ApiGatewayV2::Stage', 'Stage', {
    ApiId,
    StageName: '$default',
    AutoDeploy: true,
    ...options.stage,
  });
  return String(attributes.ApiEndpoint);
}

describe('an HTTP API', () => {
  let harness: ServiceHarness;
  let url: string;
  let answer: (event: Record<string, unknown>) => Answer | Promise<Answer>;
  const events: Record<string, never>[] = [];

  const respond = (value: unknown): Answer => ({ Payload: Buffer.from(JSON.stringify(value)) });
  const lastEvent = () => events.at(-1) as Record<string, unknown>;

  beforeAll(async () => {
    harness = await createServiceHarness(
      [
        (context) =>
          createApigatewayModule(context, { headersTimeoutMilliseconds: 800, requestTimeoutMilliseconds: 3_000 }),
      ],
      {
        now: Date.parse('2031-03-12T19:03:58.390Z'),
        fakes: {
          'lambda.Invoke': (input: { Payload: Buffer }) => {
            const event = JSON.parse(input.Payload.toString());
            events.push(event);
            return answer(event);
          },
        },
      },
    );
    url = await declareApi(harness, ['POST /webhooks/{provider}', 'ANY /files/{proxy+}', 'GET /files/index', 'GET /']);
    expect((await fetch(url)).status).toBe(503);
    await harness.start();
    answer = () => respond('ok');
  });
  afterAll(() => harness.stop());

  it('hands the request to the function in payload format 2.0', async () => {
    await fetch(`${url}/webhooks/git%20hub?a=1&a=2&b=x%20y`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-Custom': 'One',
        Cookie: 'c1=1; c2=2',
        'User-Agent': 'hookshot/1',
      },
      body: '{"zen":"ü"}',
    });
    expect(lastEvent()).toEqual({
      version: '2.0',
      routeKey: 'POST /webhooks/{provider}',
      rawPath: '/webhooks/git%20hub',
      rawQueryString: 'a=1&a=2&b=x%20y',
      cookies: ['c1=1', 'c2=2'],
      headers: expect.objectContaining({
        'content-type': 'application/json',
        'x-custom': 'One',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'user-agent': 'hookshot/1',
      }),
      queryStringParameters: { a: '1,2', b: 'x y' },
      requestContext: {
        accountId: '111122223333',
        apiId: expect.stringMatching(/^[a-z0-9]{10}$/),
        domainName: '127.0.0.1',
        domainPrefix: expect.any(String),
        http: {
          method: 'POST',
          path: '/webhooks/git%20hub',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'hookshot/1',
        },
        requestId: expect.any(String),
        routeKey: 'POST /webhooks/{provider}',
        stage: '$default',
        time: expect.stringMatching(/^12\/Mar\/2031:19:0\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      body: '{"zen":"ü"}',
      pathParameters: { provider: 'git hub' },
      isBase64Encoded: false,
    });
    expect(lastEvent().headers).not.toHaveProperty('cookie');
  });

  it('invokes as API Gateway on behalf of the route', async () => {
    await fetch(`${url}/files/a/b`);
    const { principal } = harness.calls.at(-1)!;
    expect(principal).toMatchObject({ kind: 'service', arn: 'apigateway.amazonaws.com' });
    expect(principal.sourceArn).toMatch(
      /^arn:aws:execute-api:eu-central-1:111122223333:[a-z0-9]{10}\/\$default\/\*\/files\/\{proxy\+\}$/,
    );
  });

  it.each([
    ['application/json; charset=utf-8', '{}', false],
    ['application/vnd.github+json', '{}', false],
    ['text/plain', 'x', false],
    ['application/x-www-form-urlencoded', 'payload=%7B%7D', false],
    ['application/xml', '<a/>', false],
    ['application/octet-stream', 'x', true],
    ['image/png', 'x', true],
    ['application/json', Buffer.from([0x22, 0xff, 0x22]), true],
  ])('encodes a %s body by its type', async (type, body, isBase64Encoded) => {
    await fetch(`${url}/webhooks/x`, { method: 'POST', headers: { 'Content-Type': type }, body });
    expect(lastEvent().isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(String(lastEvent().body), isBase64Encoded ? 'base64' : 'utf8')).toEqual(Buffer.from(body));
  });

  it('joins repeated headers with a comma', async () => {
    await new Promise((resolve) =>
      request(
        `${url}/webhooks/x`,
        { method: 'POST', headers: { 'X-Hub-Signature-256': ['one', 'two'] } },
        resolve,
      ).end(),
    );
    expect(lastEvent().headers).toMatchObject({ 'x-hub-signature-256': 'one,two' });
  });

  it.each([
    ['/webhooks/github', 'GET'],
    ['/webhooks', 'POST'],
    ['/webhooks/a/b', 'POST'],
    ['/files', 'GET'],
    ['/nowhere', 'GET'],
  ])('answers 404 to %s by %s', async (path, method) => {
    const response = await fetch(url + path, { method });
    expect([response.status, await response.json()]).toEqual([404, { message: 'Not Found' }]);
  });

  it('prefers the most specific route', async () => {
    await fetch(`${url}/files/index`);
    expect(lastEvent().routeKey).toBe('GET /files/index');
    await fetch(`${url}/files/index`, { method: 'PUT' });
    expect(lastEvent()).toMatchObject({ routeKey: 'ANY /files/{proxy+}', pathParameters: { proxy: 'index' } });
  });

  it('sends a formatted answer with headers, cookies and binary body', async () => {
    answer = () =>
      respond({
        statusCode: 201,
        headers: { 'X-Release': 'v1', 'Content-Type': 'image/png' },
        cookies: ['a=1', 'b=2'],
        body: Buffer.from([1, 2, 255]).toString('base64'),
        isBase64Encoded: true,
      });
    const response = await fetch(`${url}/files/a`);
    expect(response.status).toBe(201);
    expect(response.headers.get('x-release')).toBe('v1');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('apigw-requestid')).toBeTruthy();
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from([1, 2, 255]));
  });

  it('infers status 200 and JSON when the function names no status', async () => {
    answer = () => respond({ hello: 'world' });
    const response = await fetch(`${url}/files/a`);
    expect([response.status, response.headers.get('content-type'), await response.json()]).toEqual([
      200,
      'application/json',
      { hello: 'world' },
    ]);
  });

  it.each<[string, number, () => Answer]>([
    [
      'throws',
      500,
      () => ({ ...respond({ errorType: 'Error', errorMessage: 'secret detail' }), FunctionError: 'Unhandled' }),
    ],
    ['answers a status that is none', 500, () => respond({ statusCode: 'fine' })],
    ['answers a body that is no text', 500, () => respond({ statusCode: 200, body: {} })],
    ['answers an illegal header', 500, () => respond({ statusCode: 200, headers: { 'x-a': 'b\r\nc' } })],
    [
      'may not be invoked',
      500,
      () => {
        throw new AwsError('AccessDeniedException', 'not authorized', { status: 403 });
      },
    ],
    [
      'is throttled',
      503,
      () => {
        throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });
      },
    ],
  ])('tells nothing but a %s function by status', async (_, status, misbehave) => {
    answer = misbehave;
    const response = await fetch(`${url}/files/a`);
    const text = await response.text();
    expect(response.status).toBe(status);
    expect(JSON.parse(text)).toEqual({ message: status === 500 ? 'Internal Server Error' : 'Service Unavailable' });
  });

  it('answers 413 to a body over 10 MB, announced or not, with bounded memory', async () => {
    answer = () => respond('ok');
    const chunk = Buffer.alloc(1_000_000, 97);
    const before = process.memoryUsage().rss;
    const post = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const post = request(`${url}/webhooks/x`, { method: 'POST', headers, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        post.on('error', reject);
        let sent = 0;
        const write = () => {
          while (sent++ < 300) if (!post.write(chunk)) return void post.once('drain', write);
          post.end();
        };
        write();
      });
    const received = events.length;
    expect(await post({ 'Content-Length': String(300 * chunk.length) })).toBe(413);
    expect(await post({ 'Transfer-Encoding': 'chunked' })).toBe(413);
    expect(events).toHaveLength(received);
    // Half of one body: garbage does not reach it, a body held whole would.
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    const exact = await fetch(`${url}/webhooks/x`, { method: 'POST', body: Buffer.alloc(10_485_760) });
    expect(exact.status).toBe(200);
  });

  it.each([
    ['headers', 'POST /webhooks/x HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    ['body', 'POST /webhooks/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab'],
  ])('answers 408 to a client that never ends its %s', async (_, text) => {
    const { port } = new URL(url);
    const received = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
      let all = '';
      socket.on('data', (data) => {
        all += data;
      });
      socket.on('close', () => resolve(all));
      socket.on('error', reject);
    });
    expect(received).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('refuses headers beyond the limit of API Gateway', async () => {
    const response = await fetch(`${url}/files/a`, { headers: { 'x-long': 'x'.repeat(11_000) } });
    expect(response.status).toBe(431);
  });
});

describe('settings of an HTTP API', () => {
  it('answer 504 after the integration timeout', async () => {
    const harness = await createServiceHarness([createApigatewayModule], {
      fakes: { 'lambda.Invoke': () => new Promise<object>(() => undefined) },
    });
    const url = await declareApi(harness, ['$default'], { integration: { TimeoutInMillis: 50 } });
    await harness.start();
    const response = await fetch(`${url}/any/thing`);
    expect([response.status, await response.json()]).toEqual([504, { message: 'Endpoint request timed out' }]);
    await harness.stop();
  });

  it('throttle with 429 and keep the port over a restart', async () => {
    const stage = { DefaultRouteSettings: { ThrottlingBurstLimit: 2, ThrottlingRateLimit: 1 } };
    const first = await createServiceHarness([createApigatewayModule]);
    const url = await declareApi(first, ['$default'], { stage });
    await first.start();
    const statuses = [];
    for (let sent = 0; sent < 3; sent += 1) statuses.push((await fetch(url)).status);
    expect(statuses).toEqual([500, 500, 429]);
    await first.clock.advance(1_000);
    expect((await fetch(url)).status).toBe(500);
    await first.stop();

    const second = await createServiceHarness([createApigatewayModule], { directory: first.directory });
    expect(await declareApi(second, ['$default'])).toBe(url);
    await second.stop();
  });

  it('answer cross-origin requests for the origins that are allowed', async () => {
    const harness = await createServiceHarness([createApigatewayModule], {
      fakes: { 'lambda.Invoke': () => ({ Payload: Buffer.from('"ok"') }) },
    });
    const cors = {
      AllowOrigins: ['https://console.example.com'],
      AllowMethods: ['GET'],
      AllowHeaders: ['authorization'],
      MaxAge: 60,
    };
    const url = await declareApi(harness, ['GET /status'], { api: { CorsConfiguration: cors } });
    await harness.start();
    const preflight = await fetch(`${url}/status`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://console.example.com', 'Access-Control-Request-Method': 'GET' },
    });
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': 'https://console.example.com',
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': 'authorization',
      'access-control-max-age': '60',
    });
    const foreign = await fetch(`${url}/status`, { headers: { Origin: 'https://evil.example.com' } });
    expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([200, null]);
    await harness.stop();
  });

  it.each([
    ['AWS::ApiGatewayV2::Api', { ProtocolType: 'WEBSOCKET' }, 'use HTTP'],
    [
      'AWS::ApiGatewayV2::Integration',
      { IntegrationType: 'HTTP_PROXY', IntegrationUri: 'https://example.com' },
      'use AWS_PROXY',
    ],
    ['AWS::ApiGatewayV2::Route', { RouteKey: 'GET /', AuthorizationType: 'JWT' }, 'use NONE'],
  ])('are refused loudly where %s cannot run', async (type, properties, words) => {
    const harness = await createServiceHarness([createApigatewayModule]);
    await expect(harness.create(type, 'Thing', properties)).rejects.toThrow(words);
    await harness.stop();
  });
});

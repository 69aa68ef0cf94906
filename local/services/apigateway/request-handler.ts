// One request from the socket to the answer: stage, throttle, route, body, function.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RuntimeContext } from '../../runtime/context.ts';
import type { ServiceMetrics } from '../../runtime/service-metrics.ts';
import { buildCorsHeaders, findPreflightResponse } from './http/cors.ts';
import { readBody } from './http/read-body.ts';
import { writeResponse } from './http/write-response.ts';
import type { HttpApi, Stage } from './http-api.ts';
import { type IntegrationAnswer, invokeIntegration } from './invoke-integration.ts';
import { buildEvent } from './payload/build-event.ts';
import {
  INTERNAL_SERVER_ERROR,
  NOT_FOUND,
  REQUEST_TOO_LARGE,
  SERVICE_UNAVAILABLE,
  TOO_MANY_REQUESTS,
} from './payload/refusals.ts';
import { ThrottleBucket } from './throttle-bucket.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MAXIMUM_BODY_BYTES = 10_485_760;

interface Answer extends IntegrationAnswer {
  readonly routeKey?: string;
}

export class RequestHandler {
  readonly #context: RuntimeContext;
  readonly #api: HttpApi;
  readonly #metrics: ServiceMetrics;
  readonly #buckets = new Map<string, ThrottleBucket>();
  /** False until all resources exist: requests are answered 503. */
  isOpen = false;

  constructor(context: RuntimeContext, api: HttpApi, metrics: ServiceMetrics) {
    this.#context = context;
    this.#api = api;
    this.#metrics = metrics;
  }

  /** Never rejects; the client going away is no error. */
  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const requestId = randomBytes(11).toString('base64url');
    message.on('error', () => undefined);
    response.on('error', () => undefined);
    const [rawPath = '/', rawQueryString = ''] = splitUrl(message.url ?? '/');
    const answer = await this.#answer(message, requestId, rawPath, rawQueryString);
    if (!answer) return;
    const headers = {
      ...answer.response.headers,
      ...buildCorsHeaders(this.#api.cors, message),
      'apigw-requestid': requestId,
    };
    let { status } = answer.response;
    let { failure } = answer;
    if (!writeResponse(message, response, { ...answer.response, headers })) {
      status = INTERNAL_SERVER_ERROR.status;
      failure = 'the function answered a header that HTTP does not allow';
      writeResponse(message, response, INTERNAL_SERVER_ERROR);
    }
    const durationMilliseconds = performance.now() - startedAt;
    this.#measure(status, durationMilliseconds);
    this.#context.trace.record({
      service: 'apigateway',
      name: 'request-answered',
      subject: `${message.method} ${rawPath}`,
      details: {
        api: this.#api.name,
        requestId,
        status,
        durationMilliseconds: Math.round(durationMilliseconds * 100) / 100,
        ...(answer.routeKey && { route: answer.routeKey }),
        ...(failure && { failure }),
      },
    });
  }

  async #answer(
    message: IncomingMessage,
    requestId: string,
    rawPath: string,
    rawQueryString: string,
  ): Promise<Answer | undefined> {
    if (!this.isOpen) return { response: SERVICE_UNAVAILABLE, failure: 'the runtime is still starting' };
    const preflight = findPreflightResponse(this.#api.cors, message);
    if (preflight) return { response: preflight };
    const receivedAt = this.#context.clock.now();
    const [stage, path] = this.#findStage(rawPath);
    const method = message.method ?? 'GET';
    const match = stage && this.#api.routes.find(method, path);
    const integration = match && this.#api.integrations.get(match.route.integrationId);
    if (!stage || !match || !integration) return { response: NOT_FOUND };
    const routeKey = match.route.key;
    if (!this.#takeToken(stage, routeKey, receivedAt)) return { response: TOO_MANY_REQUESTS, routeKey };
    const body = await readBody(message, MAXIMUM_BODY_BYTES);
    if (body === 'aborted') return undefined;
    if (body === 'too-large') return { response: REQUEST_TOO_LARGE, routeKey };
    const event = buildEvent(this.#api, stage, match, {
      message,
      requestId,
      rawPath,
      rawQueryString,
      body,
      receivedAt,
    });
    const sourceArn = this.#buildSourceArn(stage, routeKey);
    const answer = await this.#context.precedence.request(
      async () => await invokeIntegration(this.#context, this.#api, integration, event, sourceArn),
    );
    return { ...answer, routeKey };
  }

  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
  #measure(status: number, durationMilliseconds: number): void {
    // Before all resources exist there is no API yet that could fail.
    if (!this.isOpen) return;
    this.#metrics.add(
      this.#api.region,
      { ApiId: this.#api.id },
      {
        Count: 1,
        '4xx': status >= 400 && status < 500 ? 1 : 0,
        '5xx': status >= 500 ? 1 : 0,
        Latency: durationMilliseconds,
      },
    );
  }

  /** A stage other than `$default` is the first segment of the path. */
  #findStage(rawPath: string): [Stage | undefined, string] {
    const [, first = ''] = rawPath.split('/', 2);
    const named = first === '$default' ? undefined : this.#api.stages.get(first);
    if (named) return [named, rawPath.slice(first.length + 1) || '/'];
    return [this.#api.stages.get('$default'), rawPath];
  }

  #takeToken(stage: Stage, routeKey: string, now: number): boolean {
    const throttle = stage.routeThrottles[routeKey] ?? stage.throttle;
    if (!throttle) return true;
    const key = `${stage.name} ${routeKey}`;
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = new ThrottleBucket(throttle, now);
      this.#buckets.set(key, bucket);
    }
    return bucket.take(now);
  }

  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html */
  #buildSourceArn(stage: Stage, routeKey: string): string {
    const { id, region, accountId } = this.#api;
    const [method = '', path = ''] = routeKey === '$default' ? ['$default', ''] : routeKey.split(' ');
    const resource = path ? `${method === 'ANY' ? '*' : method}${path}` : method;
    return `arn:aws:execute-api:${region}:${accountId}:${id}/${stage.name}/${resource}`;
  }
}

function splitUrl(url: string): [string, string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

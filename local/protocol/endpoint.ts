// The one HTTP endpoint: finds service and principal by the signature, and speaks each service's own protocol.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, type Readable } from 'node:stream';
import type { Clock } from '../clock/clock.ts';
import type { PrincipalResolver } from '../runtime/authorizer.ts';
import type { OperationRunner } from '../runtime/operation-runner.ts';
import { AwsError, type AwsService } from '../runtime/service.ts';
import type { ServiceRegistry } from '../runtime/service-registry.ts';
import type { Trace } from '../trace/trace.ts';
import { chooseProtocol } from './choose-protocol.ts';
import { type CredentialScope, findCredentialScope, isSignedByVersion2 } from './credential-scope.ts';
import { readHttpRequest } from './http-request.ts';
import { loadServiceModel, type ServiceModel } from './service-model.ts';
import { verifySignature } from './verify-signature.ts';
import type { WireProtocol, WireRequest, WireResponse } from './wire.ts';

/** Longer than any client keeps an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_MILLISECONDS = 10 * 60 * 1000;

export interface EndpointOptions {
  readonly clock: Clock;
  readonly trace: Trace;
  readonly registry: ServiceRegistry;
  readonly runner: OperationRunner;
  readonly principals: PrincipalResolver;
  /** Takes requests that are not AWS's, such as the control API's; answers whether it took it. */
  handleOther?(request: IncomingMessage, response: ServerResponse): boolean;
  /** Requests of the operator wait for it: the assembly's own functions may call while it is still coming up. */
  readonly ready?: Promise<void>;
}

export interface Endpoint {
  readonly url: string;
  readonly port: number;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; port 0 takes a free one. Rejects when the port is taken. */
export async function openEndpoint(port: number, options: EndpointOptions): Promise<Endpoint> {
  const handler = createAwsHandler(options);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MILLISECONDS, requestTimeout: 0 }, (request, response) => {
    if (options.handleOther?.(request, response)) return;
    handler(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${address.port}`, port: address.port, close: () => closeServer(server) };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Handles requests in AWS's protocols. */
function createAwsHandler(options: EndpointOptions) {
  const { clock, trace, registry, runner, principals } = options;
  const models = new Map<string, Promise<ServiceModel>>();

  function getModel(service: AwsService): Promise<ServiceModel> {
    let model = models.get(service.id);
    if (!model) {
      model = loadServiceModel(service);
      models.set(service.id, model);
    }
    return model;
  }

  return async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = readHttpRequest(message);
    const controller = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) controller.abort(new Error('the client went away'));
    });
    const answer = await serve(request, controller.signal);
    send(message, response, request, answer);
  };

  async function serve(request: WireRequest, signal: AbortSignal): Promise<WireResponse> {
    let model: ServiceModel | undefined;
    let protocol: WireProtocol | undefined;
    try {
      const scope = findCredentialScope(request.headers, request.query);
      const service = scope && registry.findBySigningName(scope.signingName);
      // A service without operations has no API here, only resources.
      model = service && Object.keys(service.operations).length > 0 ? await getModel(service) : undefined;
      protocol = chooseProtocol(model, request);
      if (!scope) throw buildUnsigned(request);
      checkExpiry(scope);
      if (!model || !service) throw protocol.buildUnknownOperation(undefined, request);
      return await runOperation(model, service, protocol, scope, request, signal);
    } catch (error) {
      protocol ??= chooseProtocol(model, request);
      return protocol.writeError(model, toAwsError(error, request), request);
    }
  }

  async function runOperation(
    model: ServiceModel,
    service: AwsService,
    protocol: WireProtocol,
    scope: CredentialScope,
    request: WireRequest,
    signal: AbortSignal,
  ): Promise<WireResponse> {
    const principal = principals.resolve(scope.accessKeyId);
    // A key that was not issued here is the operator's own, whose secret nobody here knows.
    const secret = principals.findSecretAccessKey(scope.accessKeyId);
    if (secret !== undefined) await verifySignature(request, scope.signingName, secret);
    if (principal.kind === 'operator') await options.ready;
    const operationModel = await protocol.findOperation(model, request);
    const operation = operationModel && service.operations[operationModel.name];
    if (!operationModel || !operation) {
      const error = protocol.buildUnknownOperation(model, request);
      const operationName = operationModel?.name ?? `${request.method} ${request.path}`;
      trace.record({ service: service.id, name: 'unknown-operation', subject: operationName, details: {} });
      throw error;
    }
    const input = await protocol.readInput(model, operationModel, request);
    const output = await runner.run({
      service,
      operation,
      operationName: operationModel.name,
      input,
      principal,
      region: scope.region,
      requestId: request.requestId,
      signal,
    });
    return protocol.writeOutput(model, operationModel, output, request);
  }

  function checkExpiry({ expiresAt }: CredentialScope): void {
    if (expiresAt !== undefined && clock.now() > expiresAt) {
      throw new AwsError('AccessDenied', 'Request has expired', { status: 403 });
    }
  }

  function toAwsError(error: unknown, request: WireRequest): AwsError {
    if (error instanceof AwsError) return error;
    const cause = error instanceof Error ? error : new Error(String(error));
    trace.record({
      service: 'runtime',
      name: 'internal-error',
      subject: `${request.method} ${request.path}`,
      details: { message: cause.message, stack: cause.stack, requestId: request.requestId },
    });
    return new AwsError('InternalFailure', cause.message, { status: 500, cause });
  }

  function send(message: IncomingMessage, response: ServerResponse, request: WireRequest, answer: WireResponse): void {
    const { status, headers, body } = answer;
    response.sendDate = false;
    headers.date = new Date(clock.now()).toUTCString();
    // What nobody read of the body must not hold up the connection's next request.
    if (!message.readableEnded) response.once('finish', () => message.unpipe().resume());
    if (status === 413) headers.connection = 'close';
    if (isStream(body)) {
      response.writeHead(status, headers);
      pipeline(body, response, () => undefined);
      return;
    }
    const hasBody = request.method !== 'HEAD' && status !== 204 && status !== 304;
    if (hasBody) headers['content-length'] = String(body === undefined ? 0 : Buffer.byteLength(body));
    response.writeHead(status, headers);
    response.end(hasBody ? body : undefined);
  }
}

function buildUnsigned({ headers, query }: WireRequest): AwsError {
  if (!isSignedByVersion2(headers, query)) {
    return new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', { status: 403 });
  }
  const message = 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.';
  return new AwsError('InvalidRequest', message, { status: 400 });
}

function isStream(body: WireResponse['body']): body is Readable {
  return typeof (body as Readable | undefined)?.pipe === 'function';
}

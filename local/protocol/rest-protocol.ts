// What restJson1 and restXml share: routing, HTTP bindings and payloads; the format of documents is handed in.
import type { Readable } from 'node:stream';
import type { AwsError } from '../runtime/service.ts';
import { isInDocument, pickDocument, readBoundMembers, writeBoundMembers } from './rest-binding.ts';
import { RestRouter } from './rest-router.ts';
import type { OperationModel, ServiceModel } from './service-model.ts';
import type { Member, StructureShape } from './shape.ts';
import type { WireProtocol, WireRequest, WireResponse } from './wire.ts';

/** How a REST protocol writes documents and errors. */
export interface DocumentFormat {
  readonly contentType: string;
  readonly requestIdHeader: string;
  read(shape: StructureShape, body: Buffer): object;
  /** `name` is the wire name of the payload member, when the document is one. */
  write(model: ServiceModel, shape: StructureShape, value: object, name?: string): string;
  writeError(model: ServiceModel | undefined, error: AwsError, request: WireRequest): WireResponse;
  buildUnknownOperation(model: ServiceModel | undefined, request: WireRequest): AwsError;
}

/** An output may override its status the way the SDK reports it: `$metadata: { httpStatusCode: 206 }`. */
type Output = Record<string, unknown> & { readonly $metadata?: { readonly httpStatusCode?: number } };

export function createRestProtocol(format: DocumentFormat): WireProtocol {
  const routers = new WeakMap<ServiceModel, RestRouter>();
  const documents = new WeakMap<StructureShape, StructureShape>();

  function findRoute(model: ServiceModel, request: WireRequest) {
    let router = routers.get(model);
    if (!router) {
      router = new RestRouter(model);
      routers.set(model, router);
    }
    return router.find(request);
  }

  function getDocument(shape: StructureShape): StructureShape {
    let document = documents.get(shape);
    if (!document) {
      document = pickDocument(shape);
      documents.set(shape, document);
    }
    return document;
  }

  async function readInput(model: ServiceModel, operation: OperationModel, request: WireRequest): Promise<object> {
    const match = findRoute(model, request);
    if (!match) throw format.buildUnknownOperation(model, request);
    const shape = operation.input;
    const input = readBoundMembers(shape, match, request);
    const payload = shape.members.find(({ traits }) => traits.httpPayload);
    if (payload) {
      const value = await readPayload(payload, request);
      if (value !== undefined) input[payload.name] = value;
    } else if (shape.members.some(isInDocument)) {
      const body = await request.readBody();
      if (body.length > 0) Object.assign(input, format.read(getDocument(shape), body));
    }
    return input;
  }

  async function readPayload({ shape }: Member, request: WireRequest): Promise<unknown> {
    if (shape.kind === 'blob' && shape.isStreaming) return request.openBody();
    const body = await request.readBody();
    if (shape.kind === 'structure') return body.length > 0 ? format.read(shape, body) : undefined;
    if (shape.kind === 'blob') return body.length > 0 ? body : undefined;
    return body.toString();
  }

  function writeOutput(
    model: ServiceModel,
    operation: OperationModel,
    output: Output,
    request: WireRequest,
  ): WireResponse {
    const shape = operation.output;
    const bound = writeBoundMembers(shape, output);
    const status = output.$metadata?.httpStatusCode ?? bound.status ?? operation.http?.status ?? 200;
    const headers = { [format.requestIdHeader]: request.requestId, ...bound.headers };
    const payload = shape.members.find(({ traits }) => traits.httpPayload);
    if (payload) return writePayload(model, payload, output[payload.name], { status, headers });
    if (status === 204 || !shape.members.some(isInDocument)) return { status, headers };
    headers['content-type'] ??= format.contentType;
    return { status, headers, body: format.write(model, getDocument(shape), output) };
  }

  function writePayload(model: ServiceModel, { name, shape, traits }: Member, value: unknown, response: WireResponse) {
    if (value === undefined || value === null) return response;
    if (shape.kind !== 'structure') return { ...response, body: value as string | Uint8Array | Readable };
    response.headers['content-type'] ??= format.contentType;
    return { ...response, body: format.write(model, shape, value, traits.xmlName ?? name) };
  }

  return {
    findOperation: (model, request) => findRoute(model, request)?.operation,
    readInput,
    writeOutput: (model, operation, output, request) => writeOutput(model, operation, output as Output, request),
    writeError: format.writeError,
    buildUnknownOperation: format.buildUnknownOperation,
  };
}

// rpcv2Cbor, by which newer clients may speak to JSON services such as CloudWatch.
// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
import { cbor, tag } from '@smithy/core/cbor';
import { AwsError } from '../runtime/service.ts';
import type { OperationModel, ServiceModel } from './service-model.ts';
import type { Shape } from './shape.ts';
import { parseTimestamp } from './timestamp.ts';
import type { WireProtocol, WireRequest, WireResponse } from './wire.ts';

const EPOCH_SECONDS_TAG = 1;

/** Operations at `/service/<service>/operation/<operation>`, values in CBOR. */
export const cborProtocol: WireProtocol = {
  findOperation: (model, request) => model.operations.get(nameOf(request)),

  async readInput(_model, operation: OperationModel, request) {
    const body = await request.readBody();
    if (body.length === 0) return {};
    try {
      return read(operation.input, cbor.deserialize(body)) as object;
    } catch (cause) {
      throw new AwsError('SerializationException', 'the request body is not valid CBOR of this input', { cause });
    }
  },

  writeOutput: (_model, operation, output, request) => respond(200, write(operation.output, output), request),

  writeError(model: ServiceModel | undefined, error, request) {
    const shape = model?.errors.get(error.code);
    const type = shape ? `${shape.namespace}#${error.code}` : error.code;
    const details = shape ? (write(shape, error.details) as object) : {};
    return respond(error.status, { __type: type, ...details, message: error.message }, request);
  },

  buildUnknownOperation: (_model, request) =>
    new AwsError('UnknownOperationException', `${nameOf(request)} is not emulated here`),
};

function nameOf(request: WireRequest): string {
  return request.path.slice(request.path.lastIndexOf('/') + 1);
}

function respond(status: number, value: unknown, request: WireRequest): WireResponse {
  return {
    status,
    headers: {
      'content-type': 'application/cbor',
      'smithy-protocol': 'rpc-v2-cbor',
      'x-amzn-requestid': request.requestId,
    },
    body: cbor.serialize(value),
  };
}

function read(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'structure': {
      const source = value as Record<string, unknown>;
      const present = shape.members.filter(({ name }) => source[name] !== undefined && source[name] !== null);
      return Object.fromEntries(present.map(({ name, shape: member }) => [name, read(member, source[name])]));
    }
    case 'list':
      return (value as unknown[]).map((item) => read(shape.item.shape, item));
    case 'map':
      return mapValues(value as object, (item) => read(shape.value.shape, item));
    case 'timestamp':
      return parseTimestamp(typeof value === 'object' ? Number((value as { value: unknown }).value) : value);
    default:
      return value;
  }
}

function write(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'structure': {
      const source = value as Record<string, unknown>;
      const present = shape.members.filter(({ name }) => source[name] !== undefined && source[name] !== null);
      return Object.fromEntries(present.map(({ name, shape: member }) => [name, write(member, source[name])]));
    }
    case 'list':
      return Array.from(value as Iterable<unknown>, (item) => write(shape.item.shape, item));
    case 'map':
      return mapValues(value as object, (item) => write(shape.value.shape, item));
    case 'timestamp':
      return tag({ tag: EPOCH_SECONDS_TAG, value: new Date(value as Date).getTime() / 1000 });
    default:
      return value;
  }
}

function mapValues(source: object, transform: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(source).map(([key, value]) => [key, transform(value)]));
}

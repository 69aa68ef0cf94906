// A request and a response as the protocols see them, and what a protocol is.
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { AwsError } from '../runtime/service.ts';
import type { OperationModel, ServiceModel } from './service-model.ts';

export interface WireRequest {
  readonly method: string;
  /** The path as sent, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
  /** The whole body, decoded; collected on the first call. Throws AwsError beyond the limit. */
  readBody(): Promise<Buffer>;
  /** The whole body before its content coding is undone: what was signed. */
  readRawBody(): Promise<Buffer>;
  /** The body as it arrives, aws-chunked already decoded. */
  openBody(): Readable;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array | Readable;
}

/** One of AWS's wire protocols, seen from the server. */
export interface WireProtocol {
  /** The operation that the request names; undefined when it names none of the service's. */
  findOperation(
    model: ServiceModel,
    request: WireRequest,
  ): Promise<OperationModel | undefined> | OperationModel | undefined;
  /** Throws AwsError for an input that does not have the operation's shape. */
  readInput(model: ServiceModel, operation: OperationModel, request: WireRequest): Promise<object>;
  writeOutput(model: ServiceModel, operation: OperationModel, output: object, request: WireRequest): WireResponse;
  writeError(model: ServiceModel | undefined, error: AwsError, request: WireRequest): WireResponse;
  /** AWS's own answer to an operation that does not exist, or is not emulated. */
  buildUnknownOperation(model: ServiceModel | undefined, request: WireRequest): AwsError;
}

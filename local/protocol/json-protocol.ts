// awsJson 1.0 and 1.1: the operation in X-Amz-Target, everything else in a JSON body.
// https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
import { AwsError } from '../runtime/service.ts';
import { buildErrorBody } from './build-error-body.ts';
import { createJsonCodec } from './json-codec.ts';
import { parseJsonBody } from './parse-json-body.ts';
import type { OperationModel, ServiceModel } from './service-model.ts';
import type { WireProtocol, WireRequest, WireResponse } from './wire.ts';

const codec = createJsonCodec({ usesJsonName: false });

/** The protocol of DynamoDB, Step Functions, EventBridge, SQS, Secrets Manager, SSM, KMS, Logs and CloudWatch. */
export const jsonProtocol: WireProtocol = { findOperation, readInput, writeOutput, writeError, buildUnknownOperation };

function targetOf(request: WireRequest): string {
  const target = String(request.headers['x-amz-target'] ?? '');
  return target.slice(target.lastIndexOf('.') + 1);
}

function findOperation(model: ServiceModel, request: WireRequest): OperationModel | undefined {
  return model.operations.get(targetOf(request));
}

async function readInput(_model: ServiceModel, operation: OperationModel, request: WireRequest): Promise<object> {
  return codec.read(operation.input, parseJsonBody(await request.readBody())) as object;
}

function writeOutput(
  model: ServiceModel,
  operation: OperationModel,
  output: object,
  request: WireRequest,
): WireResponse {
  return respond(200, model.jsonVersion, JSON.stringify(codec.write(operation.output, output)), request);
}

function writeError(model: ServiceModel | undefined, error: AwsError, request: WireRequest): WireResponse {
  const shape = model?.errors.get(error.code);
  const type = shape && model?.jsonVersion === '1.0' ? `${shape.namespace}#${error.code}` : error.code;
  const body = JSON.stringify({ __type: type, ...buildErrorBody(codec, shape, error) });
  const response = respond(error.status, model?.jsonVersion ?? '1.0', body, request);
  response.headers['x-amzn-errortype'] = error.code;
  if (model?.isQueryCompatible) {
    const [queryCode = error.code] = shape?.traits.awsQueryError ?? [];
    response.headers['x-amzn-query-error'] = `${queryCode};${error.status < 500 ? 'Sender' : 'Receiver'}`;
  }
  return response;
}

function buildUnknownOperation(model: ServiceModel | undefined, request: WireRequest): AwsError {
  const emulated = model ? `${targetOf(request)} of ${model.service.id} is not emulated here` : 'no such service here';
  return new AwsError('UnknownOperationException', emulated);
}

function respond(status: number, version: string, body: string, request: WireRequest): WireResponse {
  return {
    status,
    headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amzn-requestid': request.requestId },
    body,
  };
}

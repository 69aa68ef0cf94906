// awsQuery: form-encoded input, XML output. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
import { AwsError } from '../runtime/service.ts';
import { parseForm } from './parse-form.ts';
import type { OperationModel, ServiceModel } from './service-model.ts';
import type { WireProtocol, WireRequest, WireResponse } from './wire.ts';
import { escapeXml, writeXml } from './xml-codec.ts';

/** The protocol of STS, SNS and CloudFormation, and of older clients of SQS. */
export const queryProtocol: WireProtocol = { findOperation, readInput, writeOutput, writeError, buildUnknownOperation };

async function readParameters(request: WireRequest): Promise<URLSearchParams> {
  return request.method === 'GET' ? request.query : new URLSearchParams((await request.readBody()).toString());
}

async function findOperation(model: ServiceModel, request: WireRequest): Promise<OperationModel | undefined> {
  return model.operations.get((await readParameters(request)).get('Action') ?? '');
}

async function readInput(_model: ServiceModel, operation: OperationModel, request: WireRequest): Promise<object> {
  return parseForm(operation.input, await readParameters(request));
}

function writeOutput(
  model: ServiceModel,
  operation: OperationModel,
  output: object,
  request: WireRequest,
): WireResponse {
  const { name } = operation;
  const result = operation.output.members.length > 0 ? writeXml(operation.output, output, `${name}Result`) : '';
  const metadata = `<ResponseMetadata><RequestId>${request.requestId}</RequestId></ResponseMetadata>`;
  const body = `<${name}Response xmlns="${escapeXml(model.xmlNamespace)}">${result}${metadata}</${name}Response>`;
  return respond(200, body, request);
}

function writeError(model: ServiceModel | undefined, error: AwsError, request: WireRequest): WireResponse {
  const shape = model?.errors.get(error.code);
  const [code = error.code, status = shape?.traits.httpError ?? error.status] = shape?.traits.awsQueryError ?? [];
  const type = status < 500 ? 'Sender' : 'Receiver';
  const namespace = model ? ` xmlns="${escapeXml(model.xmlNamespace)}"` : '';
  const details = `<Type>${type}</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  const body = `<ErrorResponse${namespace}><Error>${details}</Error><RequestId>${request.requestId}</RequestId></ErrorResponse>`;
  return respond(status, body, request);
}

function buildUnknownOperation(model: ServiceModel | undefined): AwsError {
  const where = model ? `of ${model.service.id} here` : 'here: no such service is emulated';
  return new AwsError(
    'InvalidAction',
    `The action is not valid for this endpoint: it is not among those emulated ${where}`,
  );
}

function respond(status: number, body: string, request: WireRequest): WireResponse {
  return {
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': request.requestId },
    body: `<?xml version="1.0"?>\n${body}`,
  };
}

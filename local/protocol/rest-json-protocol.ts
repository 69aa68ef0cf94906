// restJson1, the protocol of Lambda, Scheduler and EKS: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
import { AwsError } from '../runtime/service.ts';
import { buildErrorBody } from './build-error-body.ts';
import { createJsonCodec } from './json-codec.ts';
import { parseJsonBody } from './parse-json-body.ts';
import { createRestProtocol } from './rest-protocol.ts';
import type { WireProtocol } from './wire.ts';

const codec = createJsonCodec({ usesJsonName: true });

/** REST with JSON documents. */
export const restJsonProtocol: WireProtocol = createRestProtocol({
  contentType: 'application/json',
  requestIdHeader: 'x-amzn-requestid',

  read: (shape, body) => codec.read(shape, parseJsonBody(body)) as object,

  write: (_model, shape, value) => JSON.stringify(codec.write(shape, value)),

  writeError(model, error, request) {
    const shape = model?.errors.get(error.code);
    return {
      status: shape?.traits.httpError ?? error.status,
      headers: {
        'content-type': 'application/json',
        'x-amzn-requestid': request.requestId,
        'x-amzn-errortype': error.code,
      },
      body: JSON.stringify(buildErrorBody(codec, shape, error)),
    };
  },

  buildUnknownOperation(model, request) {
    const where = model ? `of ${model.service.id} is emulated here` : 'is emulated here: no such service';
    return new AwsError('UnknownOperationException', `no operation ${request.method} ${request.path} ${where}`, {
      status: 404,
    });
  },
});

// Which wire protocol a request speaks: what it says itself, else what the SDK speaks to the service.
import { cborProtocol } from './cbor-protocol.ts';
import { isSignedByVersion2 } from './credential-scope.ts';
import { jsonProtocol } from './json-protocol.ts';
import { queryProtocol } from './query-protocol.ts';
import { restJsonProtocol } from './rest-json-protocol.ts';
import { restXmlProtocol } from './rest-xml-protocol.ts';
import type { ServiceModel, ServiceProtocol } from './service-model.ts';
import type { WireProtocol, WireRequest } from './wire.ts';

const PROTOCOLS: Readonly<Record<ServiceProtocol, WireProtocol>> = {
  json: jsonProtocol,
  'rest-json': restJsonProtocol,
  'rest-xml': restXmlProtocol,
  query: queryProtocol,
};

/** Services speak several protocols: older and newer clients of SQS and CloudWatch choose differently. */
export function chooseProtocol(model: ServiceModel | undefined, request: WireRequest): WireProtocol {
  const { headers } = request;
  if (headers['x-amz-target'] !== undefined) return jsonProtocol;
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return cborProtocol;
  if (model && model.protocol !== 'json') return PROTOCOLS[model.protocol];
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return queryProtocol;
  if (!model && isSignedByVersion2(headers, request.query)) return restXmlProtocol;
  return model ? jsonProtocol : restJsonProtocol;
}

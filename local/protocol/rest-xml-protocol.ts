// restXml as S3 speaks it: https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html
// and https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
import { AwsError } from '../runtime/service.ts';
import { parseXml } from './parse-xml.ts';
import { createRestProtocol } from './rest-protocol.ts';
import type { StructureShape } from './shape.ts';
import type { WireProtocol } from './wire.ts';
import { escapeXml, readXml, writeXml } from './xml-codec.ts';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** REST with XML documents. */
export const restXmlProtocol: WireProtocol = createRestProtocol({
  contentType: 'application/xml',
  requestIdHeader: 'x-amz-request-id',

  read: (shape, body) => readXml(shape, parseXml(body.toString())) as object,

  write(model, shape, value, name) {
    const root = name ?? shape.traits.xmlName ?? shape.name;
    const element = isUnwrapped(shape, root)
      ? writeUnwrapped(value as Record<string, unknown>, root, model.xmlNamespace)
      : writeXml(shape, value, root, model.xmlNamespace);
    return DECLARATION + element;
  },

  writeError(_model, error, request) {
    const { $headers, ...details } = error.details;
    const headers = { 'x-amz-request-id': request.requestId, ...($headers as Record<string, string> | undefined) };
    if (request.method === 'HEAD' || error.status === 304) return { status: error.status, headers };
    const members: Record<string, unknown> = {
      Code: error.code,
      Message: error.message,
      Resource: request.path,
      ...details,
      RequestId: request.requestId,
    };
    const content = Object.entries(members)
      .filter(([, value]) => value !== undefined && typeof value !== 'object')
      .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`);
    const body = `${DECLARATION}<Error>${content.join('')}</Error>`;
    return { status: error.status, headers: { ...headers, 'content-type': 'application/xml' }, body };
  },

  buildUnknownOperation(model, request) {
    const where = model ? `of ${model.service.id} is emulated here` : 'is emulated here: no such service';
    return new AwsError('NotImplemented', `no operation ${request.method} ${request.path} ${where}`, { status: 501 });
  },
});

/** GetBucketLocation answers its one member as the root element. */
function isUnwrapped(shape: StructureShape, root: string): boolean {
  const [member, ...others] = shape.members;
  return others.length === 0 && member !== undefined && member.name === root && member.shape.kind === 'string';
}

function writeUnwrapped(value: Record<string, unknown>, root: string, namespace: string): string {
  return `<${root} xmlns="${escapeXml(namespace)}">${escapeXml(String(value[root] ?? ''))}</${root}>`;
}

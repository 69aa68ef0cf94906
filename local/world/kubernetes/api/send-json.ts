// Sending an object, as JSON or, when asked for, as YAML.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { stringify } from 'yaml';

export function sendJson(request: IncomingMessage, response: ServerResponse, status: number, body: object): void {
  const yaml = /^application\/yaml\b/.test(request.headers.accept ?? '');
  const text = yaml ? stringify(body) : JSON.stringify(body);
  response
    .writeHead(status, {
      'content-type': yaml ? 'application/yaml' : 'application/json',
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-cache, private',
    })
    .end(text);
}

// One POST over a kept-alive connection.
import { type Agent, request } from 'node:http';

/** Gives the body of the answer. Rejects when the answer is no success. */
export function post(url: string, agent: Agent, headers: Record<string, string>, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const message = request(url, { method: 'POST', agent, headers: { ...headers, ...length } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => {
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode < 300) resolve(text);
        else reject(new Error(`${url} answered ${statusCode}: ${text}`));
      });
    });
    message.once('error', reject);
    message.end(body);
  });
}

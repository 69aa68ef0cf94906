// An S3 that keeps what it is sent in files and does nothing else: what is measured is the agent and not a server of ours.
import { createReadStream, createWriteStream, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { readSettings, serveRounds } from '../contestant.ts';

export interface Sink {
  readonly url: string;
}

const { folder } = readSettings<{ folder: string }>();
mkdirSync(folder, { recursive: true });
const objects = new Map<string, { readonly files: readonly string[]; readonly checksum: string }>();
const parts = new Map<string, Map<number, { readonly file: string; readonly checksum: string }>>();

const server = createServer((request, response) => {
  void answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
});
const url = new Promise<string>((resolve) =>
  server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as { port: number }).port}`)),
);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sink');
  const key = pathname.slice(1);
  const upload = searchParams.get('uploadId') ?? '';
  const checksum = String(request.headers['x-amz-checksum-sha256'] ?? '');
  const xml = (text: string): void => void response.writeHead(200, { 'content-type': 'application/xml' }).end(text);
  if (request.method === 'POST' && searchParams.has('uploads')) {
    const id = String(parts.size + 1);
    parts.set(id, new Map());
    xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
  } else if (request.method === 'PUT' && upload !== '') {
    const number = Number(searchParams.get('partNumber'));
    const file = join(folder, `${upload}-${number}`);
    await pipeline(request, createWriteStream(file));
    parts.get(upload)?.set(number, { file, checksum });
    response.writeHead(200, { etag: `"${number}"`, 'x-amz-checksum-sha256': checksum }).end();
  } else if (request.method === 'POST' && upload !== '') {
    request.resume();
    const sorted = [...(parts.get(upload) ?? [])].sort(([left], [right]) => left - right).map(([, part]) => part);
    objects.set(key, { files: sorted.map(({ file }) => file), checksum: `checksum-${sorted.length}` });
    xml(`<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>`);
  } else if (request.method === 'PUT') {
    const file = join(folder, `object-${objects.size}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    writeFileSync(file, Buffer.concat(chunks));
    objects.set(key, { files: [file], checksum });
    response.writeHead(200, { etag: '"x"' }).end();
  } else if (searchParams.has('uploads')) {
    xml('<ListMultipartUploadsResult></ListMultipartUploadsResult>');
  } else {
    const found = objects.get(key);
    if (found === undefined) {
      response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchKey</Code></Error>');
      return;
    }
    const bytes = found.files.reduce((sum, file) => sum + statSync(file).size, 0);
    response.writeHead(200, { 'content-length': bytes, 'x-amz-checksum-sha256': found.checksum });
    if (request.method === 'GET')
      for (const file of found.files) {
        const source = createReadStream(file);
        source.pipe(response, { end: false });
        await finished(source);
      }
    response.end();
  }
}

serveRounds<{ readonly forget: boolean }, Sink & { readonly manifest?: string }>(async ({ forget }) => {
  const manifest = [...objects].find(([key]) => key.endsWith('manifest.json'))?.[1].files[0];
  const text = manifest === undefined ? undefined : readFileSync(manifest, 'utf8');
  if (forget) {
    objects.clear();
    parts.clear();
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  }
  return { url: await url, ...(text === undefined ? {} : { manifest: text }) };
});

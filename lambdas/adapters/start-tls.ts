// What a protocol says in the clear before the handshake begins.
import type { Socket } from 'node:net';
import { AppError } from '../../core/app-error.ts';

/** More than any server has to say before the handshake. */
const maximumBytes = 8 * 1024;

/** Asks a PostgreSQL server for TLS. @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
export async function startPostgresTls(socket: Socket): Promise<void> {
  socket.write(Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]));
  const answer = await read(socket, () => true);
  // Anything after the one letter came before the handshake and could be an attacker's.
  if (answer !== 'S') throw new AppError('UpstreamUnavailableError', 'the PostgreSQL server does not offer TLS');
}

/** STARTTLS. @see https://www.rfc-editor.org/rfc/rfc3207 */
export async function startSmtpTls(socket: Socket): Promise<void> {
  await expectReply(socket, '220');
  socket.write('EHLO certificate-check\r\n');
  const features = await expectReply(socket, '250');
  if (!/^250[ -]STARTTLS\s*$/im.test(features))
    throw new AppError('UpstreamUnavailableError', 'the SMTP server does not offer STARTTLS');
  socket.write('STARTTLS\r\n');
  await expectReply(socket, '220');
}

/** A reply is complete with a line whose code is followed by a space. */
async function expectReply(socket: Socket, code: string): Promise<string> {
  const reply = await read(socket, (text) => /^\d{3} [^\n]*\n$/m.test(text));
  if (!reply.startsWith(code))
    throw new AppError(
      'UpstreamUnavailableError',
      `the SMTP server answered ${JSON.stringify(reply.slice(0, 60))}, expected ${code}`,
    );
  return reply;
}

function read(socket: Socket, isComplete: (text: string) => boolean): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  const onData = (chunk: Buffer): void => {
    text += chunk.toString('latin1');
    if (text.length > maximumBytes)
      reject(new AppError('UpstreamUnavailableError', 'the server talks without end before the handshake'));
    else if (isComplete(text)) resolve(text);
  };
  const onClose = (): void =>
    reject(new AppError('UpstreamUnavailableError', 'the connection was closed before the handshake'));
  socket.on('data', onData).on('close', onClose).on('error', reject).resume();
  return promise.finally(() => {
    socket.off('data', onData).off('close', onClose).off('error', reject);
    socket.pause();
  });
}

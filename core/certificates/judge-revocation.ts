// Whether the server itself hands out the proof that its certificate is revoked.
import type { X509Certificate } from 'node:crypto';
import type { CertificateProblem } from '../../contracts/certificates.ts';
import { AppError } from '../app-error.ts';
import { type DerElement, derTag, listDer, openDer } from './read-der.ts';

/** id-pkix-ocsp-basic. */
const basicResponse = Buffer.from('2b0601050507300101', 'hex');
const maximumBytes = 64 * 1024;

/**
 * Only `revoked` is a finding. The response's signature is not verified: a forged one could only speak against the server that sends
 * it, and that it says `good` is believed by nobody here. @see https://www.rfc-editor.org/rfc/rfc6960#section-4.2.1
 */
export function findRevocation(
  leaf: X509Certificate,
  response: Uint8Array | undefined,
): CertificateProblem | undefined {
  if (response === undefined || response.length === 0) return undefined;
  const status = readStatus(response, leaf.serialNumber);
  if (status === 'revoked') return { kind: 'revoked', words: 'the OCSP response that the server staples says revoked' };
  if (status !== 'malformed') return undefined;
  return { kind: 'malformed', words: 'the OCSP response that the server staples cannot be read' };
}

type Status = 'good' | 'revoked' | 'unknown' | 'other' | 'malformed';

/** What it says of the certificate with that serial number (hexadecimal); `other` when it speaks of none such or refuses. */
export function readStatus(response: Uint8Array, serialNumber: string): Status {
  try {
    if (response.length > maximumBytes) return 'malformed';
    const [outcome, bytes] = listDer(openDer(response, derTag.sequence));
    if (outcome?.tag !== derTag.enumerated) return 'malformed';
    if (outcome.content[0] !== 0 || bytes === undefined) return 'other';
    const [type, body] = listDer(openDer(bytes.content, derTag.sequence));
    if (type === undefined || body === undefined || !basicResponse.equals(type.content)) return 'other';
    const [data] = listDer(openDer(body.content, derTag.sequence));
    const responses = listDer(data?.content ?? new Uint8Array()).findLast(({ tag }) => tag === derTag.sequence);
    for (const single of listDer(responses?.content ?? new Uint8Array())) {
      const [certificate, status] = listDer(single.content);
      if (certificate !== undefined && status !== undefined && serialOf(certificate) === normalize(serialNumber))
        return statuses[status.tag & 0x1f] ?? 'malformed';
    }
    return 'other';
  } catch (error) {
    if (error instanceof AppError) return 'malformed';
    throw error;
  }
}

const statuses: readonly Status[] = ['good', 'revoked', 'unknown'];

function serialOf({ content }: DerElement): string {
  const serial = listDer(content).at(-1);
  return serial?.tag === derTag.integer ? normalize(Buffer.from(serial.content).toString('hex')) : '';
}

function normalize(hex: string): string {
  return hex.toLowerCase().replace(/^0+(?=.)/, '');
}

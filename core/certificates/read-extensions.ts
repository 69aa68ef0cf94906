// The extensions of a certificate, of which Node decodes only some.
import type { X509Certificate } from 'node:crypto';
import { derTag, listDer, openDer } from './read-der.ts';

/** By their object identifiers' content, in hexadecimal. */
export const extensionId = {
  keyUsage: '551d0f',
  subjectNames: '551d11',
  basicConstraints: '551d13',
  nameConstraints: '551d1e',
  extendedKeyUsage: '551d25',
  transparency: '2b06010401d679020402',
} as const;

export interface Extension {
  readonly id: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** @throws AppError `InvalidInputError` for malformed DER. */
export function listExtensions({ raw }: Pick<X509Certificate, 'raw'>): Extension[] {
  const [toBeSigned] = listDer(openDer(raw, derTag.sequence));
  const extensions = listDer(toBeSigned?.content ?? new Uint8Array()).find(({ tag }) => tag === 0xa3);
  if (extensions === undefined) return [];
  return listDer(openDer(extensions.content, derTag.sequence)).flatMap(({ content }) => {
    const [identifier, ...rest] = listDer(content);
    const value = rest.at(-1);
    if (identifier === undefined || value === undefined) return [];
    const critical = rest.some(({ tag, content: flag }) => tag === derTag.boolean && flag[0] !== 0);
    const id = Buffer.from(identifier.content).toString('hex');
    return [{ id, critical, value: value.tag === derTag.octets ? value.content : new Uint8Array() }];
  });
}

export function findExtension(
  certificate: Pick<X509Certificate, 'raw'>,
  name: keyof typeof extensionId,
): Extension | undefined {
  return listExtensions(certificate).find(({ id }) => id === extensionId[name]);
}

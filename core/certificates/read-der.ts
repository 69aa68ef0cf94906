// Reads the nesting of DER, for the two places that Node does not decode. Everything is checked against the bytes that are there.
import { AppError } from '../app-error.ts';

export interface DerElement {
  /** The identifier byte, such as 0x30 for a sequence. */
  readonly tag: number;
  readonly content: Uint8Array;
}

export const derTag = {
  boolean: 0x01,
  integer: 0x02,
  octets: 0x04,
  identifier: 0x06,
  enumerated: 0x0a,
  sequence: 0x30,
} as const;

/** Nothing that we look into has more members. */
const maximumElements = 2_000;

/** The elements that stand one after the other in `bytes`. @throws AppError `InvalidInputError` for what is not DER. */
export function listDer(bytes: Uint8Array): DerElement[] {
  const elements: DerElement[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at] ?? 0;
    const { length, start } = readLength(bytes, at + 1);
    const end = start + length;
    if ((tag & 0x1f) === 0x1f || end > bytes.length || elements.length >= maximumElements) throw malformed();
    elements.push({ tag, content: bytes.subarray(start, end) });
    at = end;
  }
  return elements;
}

/** The content of the single element in `bytes`, which must have this tag. */
export function openDer(bytes: Uint8Array, tag: number): Uint8Array {
  const [element] = listDer(bytes);
  if (element?.tag !== tag) throw malformed();
  return element.content;
}

function readLength(bytes: Uint8Array, at: number): { readonly length: number; readonly start: number } {
  const first = bytes[at];
  if (first === undefined || first === 0x80 || first > 0x84) throw malformed();
  if (first < 0x80) return { length: first, start: at + 1 };
  const size = first & 0x7f;
  let length = 0;
  for (let index = 1; index <= size; index += 1) length = length * 256 + (bytes[at + index] ?? Number.NaN);
  if (!Number.isInteger(length)) throw malformed();
  return { length, start: at + 1 + size };
}

function malformed(): AppError {
  return new AppError('InvalidInputError', 'this is not DER as it should be');
}

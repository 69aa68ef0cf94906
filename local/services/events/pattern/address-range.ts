// IP addresses and CIDR blocks as numbers.
import { isIPv4, isIPv6 } from 'node:net';
import { buildInvalidPattern } from './invalid-pattern.ts';
import type { AddressRange } from './matcher.ts';

export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

function parseIpv4(text: string): bigint {
  return text.split('.').reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}

function parseIpv6(text: string): bigint {
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const plain = embedded
    ? `${embedded[1]}${(parseIpv4(embedded[2] ?? '') >> 16n).toString(16)}:${(parseIpv4(embedded[2] ?? '') & 0xffffn).toString(16)}`
    : text;
  const [head = '', tail] = plain.split('::');
  const split = (part: string) => (part === '' ? [] : part.split(':'));
  const left = split(head);
  const right = split(tail ?? '');
  const groups =
    tail === undefined ? left : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

/** Undefined when the text is no IP address. */
export function findAddress(text: string): Address | undefined {
  // Longer texts cannot be addresses; most values of events are no addresses at all.
  if (text.length > 45 || text.length < 2) return undefined;
  if (isIPv4(text)) return { bits: 32, value: parseIpv4(text) };
  if (isIPv6(text) && !text.includes('%')) return { bits: 128, value: parseIpv6(text) };
  return undefined;
}

/** Parses `10.0.0.0/24` or `2001:db8::/32`. Throws InvalidEventPatternException. */
export function parseCidr(text: string): AddressRange {
  const [addressText = '', prefixText = '', ...rest] = text.split('/');
  const address = findAddress(addressText);
  const prefix = Number(prefixText);
  if (!address || rest.length > 0 || !/^\d{1,3}$/.test(prefixText))
    throw buildInvalidPattern(`Malformed CIDR, ${text}`);
  if (prefix > address.bits) throw buildInvalidPattern(`Malformed CIDR, mask bits must not exceed ${address.bits}`);
  const hostMask = (1n << BigInt(address.bits - prefix)) - 1n;
  const first = address.value & ~hostMask;
  return { bits: address.bits, first, last: first | hostMask };
}

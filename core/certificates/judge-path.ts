// Whether the authorities of a chain were allowed to issue what is below them, as RFC 5280 section 6.1 asks beyond names and signatures.
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { CertificateProblem } from '../../contracts/certificates.ts';
import { allowsServers } from './judge-strength.ts';
import { listNames } from './parse-certificate.ts';
import { derTag, listDer, openDer } from './read-der.ts';
import { extensionId, findExtension, listExtensions } from './read-extensions.ts';

/** Critical extensions that are understood here or that OpenSSL understands; any other one forbids to use the certificate. */
const understood: readonly string[] = [
  ...Object.values(extensionId),
  // Policies, policy mappings and constraints, inhibit any policy, key identifiers, revocation lists, must-staple.
  ...['551d20', '551d21', '551d24', '551d36', '551d23', '551d0e', '551d1f', '2b06010505070118'],
];

/** `path`: the leaf, each certificate after the one that it issued, the trusted one last. @throws AppError for malformed DER. */
export function findPathProblem(path: readonly X509Certificate[]): CertificateProblem | undefined {
  const words =
    path.map(findUnknownExtension).find((one) => one !== undefined) ??
    path
      .slice(1)
      .map((issuer, index) => findMisuse(issuer, path.slice(0, index + 1)))
      .find((one) => one !== undefined);
  return words === undefined ? undefined : { kind: 'untrusted-chain', words };
}

function findUnknownExtension(certificate: X509Certificate): string | undefined {
  const unknown = listExtensions(certificate).find(({ id, critical }) => critical && !understood.includes(id));
  return unknown && `"${nameOf(certificate)}" has a critical extension that nobody here understands (${unknown.id})`;
}

/** `below`: the leaf first. */
function findMisuse(issuer: X509Certificate, below: readonly X509Certificate[]): string | undefined {
  const name = nameOf(issuer);
  if (!allowsServers(issuer)) return `"${name}" may not issue certificates of servers, by its extended key usage`;
  const limit = readPathLength(issuer);
  const authorities = below.slice(1).filter(({ subject, issuer: by }) => subject !== by).length;
  if (limit !== undefined && authorities > limit)
    return `"${name}" allows ${limit} authorities below itself, the chain has ${authorities}`;
  const [leaf] = below;
  const refused = leaf && findRefusedName(issuer, listNames(leaf));
  return refused && `"${name}" may not issue for ${refused}, by its name constraints`;
}

/** SEQUENCE { cA BOOLEAN, pathLenConstraint INTEGER }, both optional. */
function readPathLength(authority: X509Certificate): number | undefined {
  const extension = findExtension(authority, 'basicConstraints');
  if (extension === undefined) return undefined;
  const length = listDer(openDer(extension.value, derTag.sequence)).find(({ tag }) => tag === derTag.integer);
  return length && Number.parseInt(Buffer.from(length.content).toString('hex') || '0', 16);
}

const dnsName = 0x82;
const ipAddress = 0x87;

/** The first of `names` that lies outside of what is permitted or inside of what is excluded. */
function findRefusedName(authority: X509Certificate, names: readonly string[]): string | undefined {
  const extension = findExtension(authority, 'nameConstraints');
  if (extension === undefined) return undefined;
  const trees = listDer(openDer(extension.value, derTag.sequence));
  const read = (tag: number) =>
    listDer(trees.find((tree) => tree.tag === tag)?.content ?? new Uint8Array()).flatMap(({ content }) =>
      listDer(content).slice(0, 1),
    );
  const [permitted, excluded] = [read(0xa0), read(0xa1)];
  return names.find((name) => {
    const kind = isIP(name) > 0 ? ipAddress : dnsName;
    const matches = ({ tag, content }: { readonly tag: number; readonly content: Uint8Array }): boolean =>
      tag === kind && (kind === dnsName ? isBelow(name, content) : isWithin(name, content));
    const limits = permitted.filter(({ tag }) => tag === kind);
    return excluded.some(matches) || (limits.length > 0 && !limits.some(matches));
  });
}

/** `a.example` is below `example` and below `.example`; everything is below nothing. */
function isBelow(name: string, constraint: Uint8Array): boolean {
  const base = Buffer.from(constraint).toString('latin1').toLowerCase();
  const lower = name.toLowerCase();
  return base === '' || lower === base || lower.endsWith(base.startsWith('.') ? base : `.${base}`);
}

/** `constraint`: an address and a mask of the same length. */
function isWithin(name: string, constraint: Uint8Array): boolean {
  const address = toBytes(name);
  const half = constraint.length / 2;
  return (
    address.length === half &&
    address.every((byte, index) => {
      const mask = constraint[half + index] ?? 0;
      return (byte & mask) === ((constraint[index] ?? 0) & mask);
    })
  );
}

function toBytes(address: string): number[] {
  if (isIP(address) === 4) return address.split('.').map(Number);
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const all =
    tail === undefined ? before : [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
  return all.flatMap((group) => [group >> 8, group & 255]);
}

function nameOf({ subject }: X509Certificate): string {
  return (subject ?? '').replaceAll('\n', ', ').slice(0, 120);
}

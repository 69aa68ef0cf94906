// Whether what a server sent leads to an authority that is trusted, at a given time.
import type { X509Certificate } from 'node:crypto';
import type { CertificateProblem } from '../../contracts/certificates.ts';
import { findPathProblem } from './judge-path.ts';

/** Trusted authorities by subject. */
export type TrustAnchors = ReadonlyMap<string, readonly X509Certificate[]>;

export function buildTrustAnchors(certificates: readonly X509Certificate[]): TrustAnchors {
  return Map.groupBy(certificates, ({ subject }) => subject);
}

/** Longer than any chain in use; what comes after is not looked at. */
export const maximumChainLength = 10;

export interface ChainRules {
  readonly anchors: TrustAnchors;
  readonly allowSelfSigned: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The first problem on the way from the leaf up, as RFC 5280 section 6.1 walks it; undefined when the leaf is trusted. */
export function findChainProblem(
  chain: readonly X509Certificate[],
  { anchors, allowSelfSigned, now }: ChainRules,
): CertificateProblem | undefined {
  const [leaf, ...sent] = chain.slice(0, maximumChainLength);
  if (leaf === undefined) return { kind: 'malformed', words: 'the server sent no certificate' };
  const unused = new Set(sent);
  let current = leaf;
  const path = [leaf];
  for (let depth = 0; depth < maximumChainLength; depth += 1) {
    const issuedByAnchor = anchors
      .get(current.issuer)
      ?.find((anchor) => isIssuedBy(current, anchor) && isValid(anchor, now));
    if (issuedByAnchor !== undefined) return findPathProblem([...path, issuedByAnchor]);
    if (isIssuedBy(current, current)) return judgeSelfSigned(current, { isLeaf: current === leaf, allowSelfSigned });
    const issuer = [...unused].find((candidate) => candidate.ca && isIssuedBy(current, candidate));
    if (issuer === undefined) {
      return {
        kind: 'incomplete-chain',
        words: `nothing that was sent or is trusted issued "${nameOf(current)}": "${oneLine(current.issuer)}" is missing`,
      };
    }
    if (!isValid(issuer, now)) {
      const words = `its issuer "${nameOf(issuer)}" is valid only from ${issuer.validFromDate.toISOString()} to ${issuer.validToDate.toISOString()}`;
      return { kind: 'untrusted-chain', words };
    }
    unused.delete(issuer);
    path.push(issuer);
    current = issuer;
  }
  return { kind: 'untrusted-chain', words: `the chain has more than ${maximumChainLength} certificates` };
}

function judgeSelfSigned(
  certificate: X509Certificate,
  { isLeaf, allowSelfSigned }: { readonly isLeaf: boolean; readonly allowSelfSigned: boolean },
): CertificateProblem | undefined {
  if (!isLeaf) return { kind: 'untrusted-chain', words: `the authority "${nameOf(certificate)}" is not trusted` };
  return allowSelfSigned
    ? undefined
    : { kind: 'self-signed', words: `"${nameOf(certificate)}" signed itself, which is not allowed for this name` };
}

/** By name, key identifier and signature. */
function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // A key of a kind that cannot verify this signature.
    return false;
  }
}

function isValid({ validFromDate, validToDate }: X509Certificate, now: number): boolean {
  return validFromDate.getTime() <= now && now <= validToDate.getTime();
}

function nameOf({ subject }: X509Certificate): string {
  return oneLine(subject);
}

function oneLine(name: string | undefined): string {
  return (name ?? '').replaceAll('\n', ', ').slice(0, 120);
}

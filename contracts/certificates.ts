// What is said of a certificate: the problems it can have, and the verdict that all its truths together give.
import * as z from 'zod/mini';

/** Every problem by kind, with how much it hurts: `critical` means that clients are, or within days will be, refused. */
export const certificateProblems = {
  expired: 'critical',
  'expires-in-days': 'critical',
  'expires-soon': 'warning',
  /** Its renewal should have happened by its share of the lifetime. */
  'renewal-overdue': 'warning',
  'not-yet-valid': 'critical',
  /** No subject alternative name at all: clients ignore the common name. */
  'missing-names': 'critical',
  'name-mismatch': 'critical',
  /** The server leaves out an intermediate: some clients get by, others do not. */
  'incomplete-chain': 'critical',
  'untrusted-chain': 'critical',
  'self-signed': 'critical',
  'weak-key': 'critical',
  'weak-signature': 'critical',
  'wrong-usage': 'critical',
  /** The server itself staples an OCSP response that says so. */
  revoked: 'critical',
  /** No proof of public logs, which browsers insist on. */
  'not-logged': 'critical',
  /** DNS forbids the issuer to issue for the name: the next renewal will be refused. */
  'caa-forbids': 'warning',
  /** The Secret was renewed, the server goes on with what it had loaded. */
  'served-stale': 'warning',
  /** cert-manager says Ready although what it issued has expired. */
  'ready-but-expired': 'critical',
  'not-ready': 'warning',
  'secret-unreadable': 'warning',
  /** No handshake: refused, timed out, not TLS, or a version that nobody should speak. */
  'no-handshake': 'critical',
  /** The name leads where we must not connect. */
  'address-refused': 'critical',
  malformed: 'critical',
  /** ACM cannot renew by itself. */
  'acm-action-required': 'critical',
  'acm-expires-soon': 'warning',
} as const satisfies Record<string, 'warning' | 'critical'>;
export type CertificateProblemKind = keyof typeof certificateProblems;

const problemKinds = Object.keys(certificateProblems) as [CertificateProblemKind, ...CertificateProblemKind[]];

export const certificateProblemSchema = z.object({
  kind: z.enum(problemKinds),
  /** For a person: what was found, where, and what was expected. */
  words: z.string(),
});
export type CertificateProblem = z.infer<typeof certificateProblemSchema>;

/** What a certificate says of itself. */
export const certificateFactsSchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  /** SHA-256 over the DER, lower-case hexadecimal. */
  fingerprint: z.string(),
  names: z.array(z.string()),
  /** ISO 8601. */
  notBefore: z.string(),
  notAfter: z.string(),
  /** Such as `RSA 2048` or `EC prime256v1`. */
  key: z.string(),
});
export type CertificateFacts = z.infer<typeof certificateFactsSchema>;

export const certificateStates = ['valid', 'warning', 'critical'] as const;

export const certificateVerdictSchema = z.object({
  state: z.enum(certificateStates),
  /** One of each kind at most, the worst first. */
  problems: z.array(certificateProblemSchema),
  /** Of the served certificate that expires first. */
  facts: z.optional(certificateFactsSchema),
  /** Whole days until it expires; negative afterwards. */
  daysLeft: z.optional(z.number()),
  /** Addresses of the name that were asked. */
  addresses: z.array(z.string()),
});
export type CertificateVerdict = z.infer<typeof certificateVerdictSchema>;

// Which certificates are checked, what they must be like, and what is done to renew them.
import { z } from 'zod';
import { days, name } from './values.ts';

/** Who issues certificates, and what their chains must lead to. */
const issuerSchema = z.strictObject({
  /** `public`: the authorities that browsers trust. `secret`: the `ca.crt` that cert-manager keeps beside the certificate. */
  trust: z.enum(['public', 'secret']),
  /** PEM of authorities that are trusted as well. More can be said at run time, in the parameter `certificate-authorities`. */
  certificateAuthority: z.string().startsWith('-----BEGIN CERTIFICATE-----', 'must be PEM').optional(),
  /** Directory URL of its ACME server, as the Issuer names it. */
  acmeServer: z.url({ protocol: /^https$/, error: 'must be an https:// address' }).optional(),
  /** The name by which CAA records of DNS allow it, such as letsencrypt.org: then names that forbid it are reported. */
  caaIdentity: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be a DNS name')
    .optional(),
  /** Whether its certificates must carry proof that two or more public logs know of them (browsers insist on it). */
  transparencyLogged: z.boolean().default(false),
});

/** A name that serves a certificate: only these are ever connected to. */
const endpointSchema = z.strictObject({
  /** DNS name or IP address; what the certificate must be valid for. */
  host: z
    .string()
    .regex(
      /^([a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*|[0-9a-f:.]+)$/,
      'must be a DNS name in lower case or an IP address',
    ),
  port: z.int().min(1).max(65_535).default(443),
  /** What is said before the handshake: nothing, or STARTTLS as PostgreSQL or SMTP do it. */
  protocol: z.enum(['tls', 'postgres', 'smtp']).default('tls'),
  environment: z.string(),
  /** Who is told in the report. */
  owner: z.string().min(1).max(80),
  /** One of `certificates.issuers`. */
  issuer: z.string(),
  /** cert-manager's Certificate in the environment's cluster; absent when nothing there renews it. */
  certificate: z.strictObject({ name, namespace: name.optional(), secret: name.optional() }).optional(),
  /** Deployments of the certificate's namespace that do not load a renewed Secret by themselves: they are restarted. */
  restart: z.array(name).max(10).default([]),
  /** Networks that are not public in which the name may lie. Every other private, loopback or link-local address is refused. */
  allowedNetworks: z.array(z.union([z.cidrv4(), z.cidrv6()], 'must be a network such as 10.20.0.0/16')).default([]),
  allowSelfSigned: z.boolean().default(false),
});

/** Findings that a renewal or a restart of what serves the certificate can mend. */
export const renewableProblems = [
  'renewal-overdue',
  'expires-soon',
  'expires-in-days',
  'expired',
  'served-stale',
] as const;

const renewalSchema = z.strictObject({
  /** The findings on which a renewal is started without asking; cert-manager has had its chance by then. */
  automaticOn: z
    .array(z.enum(renewableProblems))
    .default(['renewal-overdue', 'expires-in-days', 'expired', 'served-stale']),
  /** How long an issuer may take, and then how long it may take until every address serves what it issued. */
  issueTimeoutMinutes: z.int().min(1).max(240).default(15),
  serveTimeoutMinutes: z.int().min(1).max(240).default(15),
  /** After a failure no renewal is started by itself for so long, twice as long after the second one in a row, and so on. */
  backOffHours: z.int().min(1).max(168).default(6),
});

/** Certificates that are checked every day against what is really served. */
export const certificatesSchema = z.strictObject({
  /** Reported when so many days are left, or a third of the lifetime where that is less. */
  warningDays: days(365).default(30),
  /** Reported again when so many days are left, or a twelfth of the lifetime where that is less. */
  criticalDays: days(365).default(7),
  /** The share of its lifetime by which a certificate of cert-manager must have been renewed; it renews at two thirds by itself. */
  renewalOverdueShare: z.number().gt(0.5).lt(1).default(0.75),
  /** How many batches of names are checked at the same time. */
  concurrency: z.int().min(1).max(40).default(8),
  renewal: renewalSchema.default(renewalSchema.parse({})),
  issuers: z.record(name, issuerSchema).default({}),
  endpoints: z.record(name, endpointSchema).default({}),
});

export type CertificatesConfiguration = z.output<typeof certificatesSchema>;
export type CertificateEndpoint = CertificatesConfiguration['endpoints'][string];
export type CertificateIssuer = CertificatesConfiguration['issuers'][string];

/** What the shape alone cannot say: references that lead nowhere, and thresholds in the wrong order. */
export function findCertificateProblems(
  { issuers, endpoints, warningDays, criticalDays }: CertificatesConfiguration,
  environments: readonly string[],
): { readonly path: PropertyKey[]; readonly message: string }[] {
  const problems: { path: PropertyKey[]; message: string }[] = [];
  const refuse = (path: PropertyKey[], message: string): void =>
    void problems.push({ path: ['certificates', ...path], message });
  if (criticalDays >= warningDays) refuse(['criticalDays'], `must be less than warningDays (${warningDays})`);
  for (const [endpoint, { environment, issuer, certificate, restart }] of Object.entries(endpoints)) {
    const at = ['endpoints', endpoint];
    if (!environments.includes(environment))
      refuse([...at, 'environment'], `must be one of ${environments.join(', ')}`);
    if (!Object.hasOwn(issuers, issuer))
      refuse([...at, 'issuer'], `must be one of certificates.issuers (${Object.keys(issuers).join(', ') || 'none'})`);
    else if (issuers[issuer]?.trust === 'secret' && certificate === undefined)
      refuse([...at, 'certificate'], `is required: ${issuer} is trusted by what stands in the certificate's Secret`);
    if (restart.length > 0 && certificate === undefined)
      refuse([...at, 'restart'], 'needs a certificate: Deployments are restarted in its namespace');
  }
  return problems;
}

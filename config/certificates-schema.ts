// The shape of what is said about certificates: which names, who issues them, and when people are told.
import { z } from 'zod';
import { days, name } from './values.ts';

/** Who issues certificates, and what their chains must lead to. */
const issuerSchema = z.strictObject({
  /** `public`: the authorities that browsers trust. `secret`: the `ca.crt` that cert-manager keeps beside the certificate. */
  trust: z.enum(['public', 'secret']),
  /** PEM of authorities that are trusted as well. */
  certificateAuthority: z.string().startsWith('-----BEGIN CERTIFICATE-----', 'must be PEM').optional(),
});

/** A name that serves a certificate: only these are ever connected to. */
const certificateEndpointSchema = z.strictObject({
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
  /** Networks that are not public in which the name may lie. Every other private, loopback or link-local address is refused. */
  allowedNetworks: z.array(z.union([z.cidrv4(), z.cidrv6()], 'must be a network such as 10.20.0.0/16')).default([]),
  allowSelfSigned: z.boolean().default(false),
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
  issuers: z.record(name, issuerSchema).default({}),
  endpoints: z.record(name, certificateEndpointSchema).default({}),
});

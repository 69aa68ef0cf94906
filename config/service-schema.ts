// The shape of a service: where it comes from, where it runs, and what it has to keep.
import { z } from 'zod';
import { name, path, urlPath } from './values.ts';

/** A request against a service after it was deployed; the release counts only when every one answers as told. */
const smokeTestSchema = z.strictObject({
  name,
  path: urlPath,
  expectedStatus: z.int().min(100).max(599).default(200),
  /** Text that the body must contain. */
  expectedBody: z.string().optional(),
  maximumLatencyMilliseconds: z.int().min(1).max(30_000).default(2_000),
});

export const serviceSchema = z.strictObject({
  /** Image repository without tag or digest, as the overlay's `images` entry names it. */
  image: z
    .string()
    .regex(/^[a-z0-9.:-]+(\/[a-z0-9._-]+)+$/, 'must be an image repository without tag, such as ghcr.io/owner/name'),
  /** The GitHub repository (of `github.repositories`) that builds it. */
  repository: z.string(),
  /** Globs within that repository: a push that touches one of them releases the service. */
  paths: z.array(path).min(1),
  /** What in that repository changes a database of `databases` when the service is released. */
  migrations: z.strictObject({ database: name, paths: z.array(path).min(1) }).optional(),
  /** Kubernetes Deployment and Service; the service's own name unless told otherwise. */
  deployment: name.optional(),
  /** Namespace by environment where it is not the environment's own. */
  namespace: z.record(z.string(), name).optional(),
  port: z.int().min(1).max(65_535),
  healthPath: urlPath,
  smokeTests: z.array(smokeTestSchema).default([]),
  slo: z.strictObject({
    /** Percent of requests that must succeed. */
    successRatePercent: z.number().min(50).max(100),
    p95LatencyMilliseconds: z.int().min(1).max(60_000),
  }),
});

export type SmokeTest = z.output<typeof smokeTestSchema>;

// Reads an answer of a cluster, which may be something else than was asked for: a page of a proxy, or a Status.
import type * as z from 'zod/mini';
import { AppError } from '../../core/app-error.ts';

/** @throws AppError `UpstreamUnavailableError` for everything that the schema does not describe. */
export function parseKubernetesAnswer<Schema extends z.ZodMiniType>(schema: Schema, body: string): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new AppError('UpstreamUnavailableError', 'the cluster answered something else than was asked for');
}

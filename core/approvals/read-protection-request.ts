// What a `deployment_protection_rule` of GitHub asks: may this job deploy to this environment?
import * as z from 'zod/mini';

export interface ProtectionRequest {
  /** As the repository calls it. */
  readonly environment: string;
  /** `owner/name`. */
  readonly repository: string;
  /** The run of GitHub Actions whose job waits. */
  readonly runId: number;
}

/** @see https://docs.github.com/webhooks/webhook-events-and-payloads#deployment_protection_rule */
const requestSchema = z.object({
  action: z.literal('requested'),
  environment: z.string().check(z.minLength(1), z.maxLength(255)),
  deployment_callback_url: z.url(),
  repository: z.object({ full_name: z.string() }),
});

/** Undefined for what does not ask, or whose callback is not that of a run of its own repository. */
export function findProtectionRequest(payload: unknown): ProtectionRequest | undefined {
  const parsed = requestSchema.safeParse(payload);
  if (!parsed.success) return undefined;
  const { environment, deployment_callback_url: callback, repository } = parsed.data;
  const ending = /\/repos\/([^/]+\/[^/]+)\/actions\/runs\/(\d{1,15})\/deployment_protection_rule$/;
  const [, fullName, runId] = ending.exec(new URL(callback).pathname) ?? [];
  if (fullName?.toLowerCase() !== repository.full_name.toLowerCase()) return undefined;
  return { environment, repository: repository.full_name, runId: Number(runId) };
}

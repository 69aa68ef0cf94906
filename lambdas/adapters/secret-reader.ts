// Reads secrets at run time, so that a rotated one counts within a minute and without a deployment.
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { AppError } from '../../core/app-error.ts';
import type { Clock } from '../../core/clock.ts';

const cacheMilliseconds = 60_000;
/** A flood of refused requests must not become a flood of reads. */
const minimumRefreshMilliseconds = 5_000;

/** One secret of JSON; `refresh` reads it anew (every 5 s at most), for when what it held was refused. */
export interface SecretReader<Value> {
  read(options?: { readonly refresh?: boolean }): Promise<Value>;
}

/** Never puts what the secret holds into an error. */
export function createSecretReader<Schema extends z.ZodMiniType>(
  client: SecretsManagerClient,
  clock: Clock,
  secretId: string,
  schema: Schema,
): SecretReader<z.output<Schema>> {
  let cached: { readonly value: z.output<Schema>; readonly readAt: number } | undefined;
  return {
    async read({ refresh = false } = {}) {
      const maximumAge = refresh ? minimumRefreshMilliseconds : cacheMilliseconds;
      if (cached !== undefined && clock.now() - cached.readAt < maximumAge) return cached.value;
      const { SecretString: text = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
      const parsed = schema.safeParse(parseJson(text));
      if (!parsed.success) {
        const keys = parsed.error.issues.map(({ path }) => path.map(String).join('.') || 'its form').join(', ');
        throw new AppError(
          'ForbiddenError',
          `secret ${secretId} is not as expected (${keys}): set it to JSON as its description says`,
        );
      }
      cached = { value: parsed.data, readAt: clock.now() };
      return parsed.data;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const webhookSecretSchema = z.object({
  current: z.string().check(z.minLength(1)),
  previous: z.optional(z.string()),
});

/** A token, or a GitHub App's installation. */
export const gitHubSecretSchema = z.union([
  z.object({ token: z.string().check(z.minLength(1)) }),
  z.object({
    appId: z.union([z.string(), z.number()]),
    installationId: z.union([z.string(), z.number()]),
    privateKey: z.string().check(z.minLength(1)),
  }),
]);
export type GitHubSecret = z.infer<typeof gitHubSecretSchema>;

export const pagerDutySecretSchema = z.object({ routingKey: z.string().check(z.minLength(1)) });
export const slackSecretSchema = z.object({ token: z.string().check(z.minLength(1)) });
export const registrySecretSchema = z.object({ username: z.optional(z.string()), password: z.optional(z.string()) });

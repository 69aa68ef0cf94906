// How the OCI distribution API of Amazon ECR is entered: by a token that ECR gives to the function's own role for twelve hours.
import { type ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { AppError } from '../../core/app-error.ts';
import type { Clock } from '../../core/clock.ts';
import type { SecretReader } from './secret-reader.ts';

const marginMilliseconds = 15 * 60_000;

/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html */
export function createEcrCredentials(
  client: ECRClient,
  clock: Clock,
): SecretReader<{ readonly username: string; readonly password: string }> {
  let cached:
    | { readonly value: { readonly username: string; readonly password: string }; readonly until: number }
    | undefined;
  return {
    async read({ refresh = false } = {}) {
      if (cached !== undefined && !refresh && clock.now() < cached.until) return cached.value;
      const { authorizationData: [granted] = [] } = await client.send(new GetAuthorizationTokenCommand({}));
      const [username = '', password] = Buffer.from(granted?.authorizationToken ?? '', 'base64')
        .toString('utf8')
        .split(':');
      if (password === undefined) throw new AppError('ForbiddenError', 'ECR gave no authorization token');
      cached = { value: { username, password }, until: Number(granted?.expiresAt ?? 0) - marginMilliseconds };
      return cached.value;
    },
  };
}

// Whether a request carries a webhook's credential.
import { isCredentialValid } from '../../core/ingress/verify-credential.ts';
import type { WebhookSecret } from '../../core/ingress/verify-signature.ts';
import type { SecretReader } from '../adapters/secret-reader.ts';

/** Before anything is refused the secret is read anew: it may have been rotated since we read it. */
export async function isAuthorized(
  secret: SecretReader<WebhookSecret>,
  authorization: string | undefined,
): Promise<boolean> {
  if (authorization === undefined) return false;
  if (isCredentialValid(authorization, await secret.read())) return true;
  return isCredentialValid(authorization, await secret.read({ refresh: true }));
}

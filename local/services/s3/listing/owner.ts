// The owner that listings name: the account's canonical user.
import { createHash } from 'node:crypto';

/** The canonical id is made up, but always the same for an account. */
export function buildOwner(accountId: string): { ID: string; DisplayName: string } {
  return { ID: createHash('sha256').update(accountId).digest('hex'), DisplayName: accountId };
}

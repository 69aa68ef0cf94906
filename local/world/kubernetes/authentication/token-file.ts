// The administrator's token: made once, kept in the cluster's directory, written into its kubeconfig.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { User } from './user.ts';

/** Reads the token that an earlier start left in the directory, or makes one. */
export async function ensureAdministratorToken(directory: string): Promise<string> {
  const path = join(directory, 'administrator-token');
  const existing = await readFile(path, 'utf8').catch(() => undefined);
  if (existing) return existing.trim();
  const token = randomBytes(24).toString('base64url');
  await mkdir(directory, { recursive: true });
  await writeFile(path, `${token}\n`, { mode: 0o600 });
  return token;
}

/** Who holds the administrator's token may do everything. */
export function findAdministrator(administratorToken: string, token: string): User | undefined {
  const expected = Buffer.from(administratorToken);
  const given = Buffer.from(token);
  const same = expected.length === given.length && timingSafeEqual(expected, given);
  return same ? { username: 'kubernetes-admin', groups: ['system:masters'] } : undefined;
}

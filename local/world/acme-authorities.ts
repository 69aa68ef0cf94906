// The authorities behind ACME servers, one for each server URL: what Let's Encrypt's production and staging are outside.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority, type Signer } from './kubernetes/cert-manager/x509.ts';

export interface AcmeAuthority {
  /** PEM: what must be trusted. */
  readonly root: string;
  /** Signs leaves; its certificate is sent along with them. */
  readonly intermediate: Signer;
}

/** By the URL of the ACME server; made at the first request and kept. */
export type AcmeAuthorities = (server: string) => Promise<AcmeAuthority>;

const year = 365 * 86_400_000;

/** Valid from a year before `now` on, so that clocks that run behind do not matter. */
export function openAcmeAuthorities(directory: string, now: () => number): AcmeAuthorities {
  const opened = new Map<string, Promise<AcmeAuthority>>();
  return (server) => {
    const known = opened.get(server) ?? open(directory, server, now());
    opened.set(server, known);
    return known;
  };
}

async function open(directory: string, server: string, now: number): Promise<AcmeAuthority> {
  const path = join(directory, `${server.replace(/[^a-z0-9.-]+/gi, '-')}.json`);
  const kept = await readFile(path, 'utf8').catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept) as AcmeAuthority;
  const { host } = new URL(server);
  const validity = { notBefore: now - year, notAfter: now + 30 * year };
  const root = await createAuthority(`Simulated root of ${host}`, validity);
  const intermediate = await createAuthority(`Simulated intermediate of ${host}`, validity, root);
  const made: AcmeAuthority = { root: root.certificate, intermediate };
  await mkdir(directory, { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(made), { mode: 0o600 });
  await rename(`${path}.new`, path);
  return made;
}

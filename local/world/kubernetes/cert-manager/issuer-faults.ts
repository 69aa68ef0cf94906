// What can be wrong at an issuer: said by an annotation, so that kubectl can break one and mend it again.
import type { Issuer } from './resources.ts';

/** `dns`: no challenge gets through. `rate-limit`: orders are refused. `down`: the issuer cannot be reached. */
export type IssuerFault = 'dns' | 'rate-limit' | 'down';

export const issuerFaultAnnotation = 'simulation.local/fault';

/** `dns`, or `dns=api.example,www.example` for some names only; several are separated by `;`. */
export function findFault({ metadata }: Issuer, names: readonly string[]): IssuerFault | undefined {
  const rules = (metadata.annotations?.[issuerFaultAnnotation] ?? '').split(';');
  for (const rule of rules) {
    const [fault = '', only] = rule.trim().split('=');
    const concerns = only === undefined || only.split(',').some((name) => names.includes(name.trim()));
    if (concerns && (fault === 'dns' || fault === 'rate-limit' || fault === 'down')) return fault;
  }
  return undefined;
}

// Whether people are told of a verdict: once for each change of what is wrong, not for each check.
import type { CertificateProblemKind, CertificateVerdict } from '../../contracts/certificates.ts';
import type { CertificateEventType } from '../../contracts/events/certificate.ts';

/** Problems that are about time alone. */
const expiryKinds: readonly CertificateProblemKind[] = [
  'expires-soon',
  'expires-in-days',
  'renewal-overdue',
  'acm-expires-soon',
];

/** The event to publish; undefined when nothing has changed, or when the first check finds everything in order. */
export function findAnnouncement(
  previous: CertificateVerdict | undefined,
  verdict: CertificateVerdict,
): CertificateEventType | undefined {
  if (!hasChanged(previous, verdict)) return undefined;
  if (verdict.state === 'valid') return previous === undefined ? undefined : 'CertificateRecovered';
  return verdict.problems.every(({ kind }) => expiryKinds.includes(kind))
    ? 'CertificateExpiring'
    : 'CertificateProblem';
}

/** By the kinds of problems: days and addresses change from day to day. */
export function hasChanged(previous: CertificateVerdict | undefined, verdict: CertificateVerdict): boolean {
  return previous === undefined || kindsOf(previous) !== kindsOf(verdict);
}

function kindsOf({ problems }: CertificateVerdict): string {
  return problems
    .map(({ kind }) => kind)
    .toSorted()
    .join();
}

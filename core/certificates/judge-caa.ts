// Whether DNS allows the issuer to issue for a name: if not, the next renewal will be refused.
import type { CertificateProblem } from '../../contracts/certificates.ts';

/** A CAA record; `property` is `issue`, `issuewild`, `iodef` … @see https://www.rfc-editor.org/rfc/rfc8659 */
export interface CaaRecord {
  readonly critical: boolean;
  readonly property: string;
  readonly value: string;
}

/** The names whose records count for `host`, the nearest first: the first that has any decides. */
export function listCaaNames(host: string): string[] {
  const labels = host.split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
}

/** `records` are those of the nearest name that has any; none allow everybody. */
export function findCaaProblem(
  host: string,
  identity: string,
  records: readonly CaaRecord[],
): CertificateProblem | undefined {
  const issue = records.filter(({ property }) => property.toLowerCase() === 'issue');
  if (issue.length === 0) return undefined;
  const allowed = issue.map(({ value }) => (value.split(';')[0] ?? '').trim().toLowerCase());
  if (allowed.includes(identity)) return undefined;
  const named =
    allowed
      .filter((one) => one !== '')
      .slice(0, 5)
      .join(', ') || 'nobody';
  return {
    kind: 'caa-forbids',
    words: `the CAA records of ${host} allow ${named}, not ${identity}: its renewal will be refused`,
  };
}

// The compliance report of certificates: one file that needs nothing else, for those who do not read the command line.
import type { CertificateProblemKind } from '../contracts/certificates.ts';
import type { CertificateCheckRecord, CertificateRecord } from '../contracts/ledger/certificates.ts';

export interface ReportedCertificate {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly environment: string;
  readonly owner: string;
  /** As the configuration names it. */
  readonly issuer: string;
  /** As the certificate says it. */
  readonly issuedBy: string | undefined;
  readonly state: CertificateRecord['verdict']['state'];
  readonly since: string;
  readonly daysLeft: number | undefined;
  readonly notBefore: string | undefined;
  readonly notAfter: string | undefined;
  readonly key: string | undefined;
  /** `trusted`, or what is wrong with the chain. */
  readonly chain: string;
  readonly problems: readonly { readonly kind: CertificateProblemKind; readonly words: string }[];
  readonly addresses: readonly string[];
  readonly fingerprint: string | undefined;
  readonly checkedAt: string;
  /** Oldest first, one for each change of state. */
  readonly history: readonly { readonly at: string; readonly state: string; readonly problems: readonly string[] }[];
}

export interface CertificateReport {
  /** ISO 8601. */
  readonly writtenAt: string;
  readonly application: string;
  readonly counts: Readonly<Record<CertificateRecord['verdict']['state'], number>>;
  readonly certificates: readonly ReportedCertificate[];
}

const chainProblems: readonly CertificateProblemKind[] = [
  'incomplete-chain',
  'untrusted-chain',
  'self-signed',
  'no-handshake',
  'address-refused',
  'malformed',
];

/** `checks` by certificate name, oldest first. */
export function buildCertificateReport(
  records: readonly CertificateRecord[],
  checks: ReadonlyMap<string, readonly CertificateCheckRecord[]>,
  { application, now }: { readonly application: string; readonly now: string },
): CertificateReport {
  const count = (state: string): number => records.filter(({ verdict }) => verdict.state === state).length;
  return {
    writtenAt: now,
    application,
    counts: { critical: count('critical'), warning: count('warning'), valid: count('valid') },
    certificates: records
      .map((record) => describe(record, checks.get(record.name) ?? [], now))
      .toSorted((a, b) => (a.notAfter ?? '').localeCompare(b.notAfter ?? '') || a.name.localeCompare(b.name)),
  };
}

function describe(
  { verdict, ...record }: CertificateRecord,
  checks: readonly CertificateCheckRecord[],
  now: string,
): ReportedCertificate {
  const { facts, problems } = verdict;
  const chain = problems.find(({ kind }) => chainProblems.includes(kind));
  const daysLeft =
    facts === undefined ? undefined : Math.floor((Date.parse(facts.notAfter) - Date.parse(now)) / 86_400_000);
  const { name, host, port, environment, owner, issuer, since, checkedAt } = record;
  return {
    ...{ name, host, port, environment, owner, issuer, since, checkedAt, daysLeft, problems },
    issuedBy: facts?.issuer,
    state: verdict.state,
    notBefore: facts?.notBefore,
    notAfter: facts?.notAfter,
    key: facts?.key,
    chain: chain?.kind ?? 'trusted',
    addresses: verdict.addresses,
    fingerprint: facts?.fingerprint,
    history: checks
      .map((check) => ({
        at: check.checkedAt,
        state: check.verdict.state,
        problems: check.verdict.problems.map(({ kind }) => kind),
      }))
      .filter((entry, index, all) => {
        const before = all[index - 1];
        return before?.state !== entry.state || before.problems.join() !== entry.problems.join();
      }),
  };
}

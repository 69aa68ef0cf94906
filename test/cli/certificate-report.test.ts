// The compliance report: what it says of each certificate, and that nothing in it can do harm.
import { describe, expect, it } from '@jest/globals';
import { buildCertificateReport } from '../../cli/certificate-report.ts';
import { renderCertificateReport } from '../../cli/render-certificate-report.ts';
import type { CertificateProblem } from '../../contracts/certificates.ts';
import type { CertificateCheckRecord, CertificateRecord } from '../../contracts/ledger/certificates.ts';

const now = '2026-11-23T07:00:00.000Z';
const inDays = (days: number): string => new Date(Date.parse(now) + days * 86_400_000).toISOString();
const record = (name: string, days: number, problems: CertificateProblem[] = []): CertificateRecord => ({
  pk: '',
  sk: '',
  kind: 'certificate',
  sortKey: name,
  name,
  host: `${name}.example`,
  port: 443,
  environment: 'prod',
  owner: 'platform <b>',
  issuer: 'letsencrypt',
  since: now,
  checkedAt: now,
  executionArn: 'arn',
  verdict: {
    state: problems.length === 0 ? 'valid' : 'critical',
    problems,
    facts: {
      subject: 'CN=x',
      issuer: 'CN=<script>alert(1)</script>',
      fingerprint: 'cafe',
      names: [`${name}.example`],
      notBefore: inDays(days - 90),
      notAfter: inDays(days),
      key: 'EC prime256v1',
    },
    daysLeft: days,
    addresses: ['198.51.100.7'],
  },
});
const check = (at: string, { verdict }: CertificateRecord): CertificateCheckRecord => ({
  pk: '',
  sk: '',
  name: 'api',
  checkedAt: at,
  executionArn: 'arn',
  verdict,
  expiresAt: 0,
});

const good = record('api', 60);
const broken = record('www', 3, [{ kind: 'incomplete-chain', words: '"CN=R3" is missing <img src=x>' }]);
const checks = new Map([['api', [check(inDays(-3), broken), check(inDays(-2), broken), check(inDays(-1), good)]]]);
const report = buildCertificateReport([good, broken], checks, { application: 'pyairtable', now });

describe('the report', () => {
  it('names each certificate with owner, issuer, days left, key and chain, the first to expire first', () => {
    expect(report.counts).toEqual({ critical: 1, warning: 0, valid: 1 });
    expect(
      report.certificates.map(({ name, daysLeft, chain, key, owner }) => [name, daysLeft, chain, key, owner]),
    ).toEqual([
      ['www', 3, 'incomplete-chain', 'EC prime256v1', 'platform <b>'],
      ['api', 60, 'trusted', 'EC prime256v1', 'platform <b>'],
    ]);
  });

  it('tells of changes only', () => {
    expect(report.certificates[1]?.history).toEqual([
      { at: inDays(-3), state: 'critical', problems: ['incomplete-chain'] },
      { at: inDays(-1), state: 'valid', problems: [] },
    ]);
  });

  it('is a page of its own with a picture, and what comes from a certificate is text in it', () => {
    const page = renderCertificateReport(report);
    expect(page).toMatch(/<svg [^>]*aria-label="Lifetimes/);
    expect(page.match(/class="bar /g)).toHaveLength(2);
    expect(page).not.toMatch(/<script|<img|<b>&|platform <b>|https?:/);
    expect(page).toContain('&lt;script&gt;');
  });

  it('draws bars within the picture whatever the dates are', () => {
    const far = buildCertificateReport([record('ca', 3650), record('old', -400)], new Map(), { application: 'a', now });
    const page = renderCertificateReport(far);
    for (const [, x, width] of page.matchAll(/class="bar \w+" x="([\d.-]+)" y="[\d.]+" width="([\d.-]+)"/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(190);
      expect(Number(x) + Number(width)).toBeLessThanOrEqual(1000);
    }
    expect(page).not.toContain('NaN');
  });
});

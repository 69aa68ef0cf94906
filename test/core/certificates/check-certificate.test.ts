// What is recorded and told of a certificate over time.
import { readFileSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CertificateEndpoint } from '../../../config/certificates-schema.ts';
import { parseConfiguration } from '../../../config/load-configuration.ts';
import { type CertificateDetail, certificateDetailSchema } from '../../../contracts/events/certificate.ts';
import {
  type CertificateCheckRecord,
  type CertificateRecord,
  certificateRecord,
} from '../../../contracts/ledger/certificates.ts';
import type { PlannedCheck } from '../../../contracts/workflows/check-certificates.ts';
import { type CheckParts, checkCertificate } from '../../../core/certificates/check-certificate.ts';
import { buildTrustAnchors, type TrustAnchors } from '../../../core/certificates/judge-chain.ts';
import { parseCertificate, splitPem } from '../../../core/certificates/parse-certificate.ts';
import { planChecks } from '../../../core/certificates/plan-checks.ts';
import { certificateMessages } from '../../../core/notifications/messages/certificate.ts';
import { type Authority, createAuthority, issue, zooTime } from './certificate-zoo.ts';

const configuration = parseConfiguration(readFileSync('config/pyairtable.yaml', 'utf8'));
const endpoint: CertificateEndpoint = {
  host: 'api.zoo.example',
  port: 443,
  protocol: 'tls',
  environment: 'prod',
  owner: 'platform',
  issuer: 'letsencrypt-staging',
  allowedNetworks: [],
  allowSelfSigned: false,
  restart: [],
};
const settings = { ...configuration.certificates, endpoints: { api: endpoint } };

let root: Authority;
let anchors: TrustAnchors;
let current: string;
let next: string;
beforeAll(async () => {
  root = await createAuthority('Root');
  anchors = buildTrustAnchors([parseCertificate(root.certificate.toString('pem'))]);
  current = (await issue([root], { from: 0, to: 90 })).cert;
  next = (await issue([root], { from: 80, to: 170 })).cert;
});

let served: string;
let records: Map<string, CertificateRecord>;
let history: CertificateCheckRecord[];
let told: { type: string; detail: CertificateDetail }[];
let parts: CheckParts;
let failsToRecord: boolean;
beforeEach(() => {
  served = current;
  records = new Map();
  history = [];
  told = [];
  failsToRecord = false;
  parts = {
    settings,
    historyDays: 90,
    sources: {
      shakeHands: async () => [{ address: '8.8.8.8', chain: splitPem(served).map((pem) => Buffer.from(pem)) }],
      findInCluster: async () => undefined,
      listAnchors: async () => anchors,
      findIssuancePolicy: async () => undefined,
    },
    store: {
      find: async (name) => records.get(name),
      put: async (record) => {
        if (failsToRecord) throw new Error('no ledger');
        records.set(record.name, certificateRecord.parse(record));
      },
      append: async (record) => void history.push(record),
    },
    publisher: {
      publish: async ({ detailType, detail }) =>
        void told.push({ type: detailType, detail: certificateDetailSchema.parse(detail) }),
    },
  };
});

const checkOn = async (day: number, check: PlannedCheck = { name: 'api' }) =>
  await checkCertificate(parts, check, {
    executionArn: `arn:aws:states:eu-central-1:111122223333:execution:check-certificates:day-${day}`,
    checkedAt: new Date(zooTime + day * 86_400_000 + 1).toISOString(),
  });

describe('90 days of a certificate that nobody renews', () => {
  it('are told of at 30 days, at 7 days, when it expired, and when it is in order again: once each', async () => {
    for (let day = 0; day <= 92; day += 1) await checkOn(day);
    served = next;
    await checkOn(93);
    await checkOn(94);
    expect(told.map(({ type, detail }) => [type, detail.certificate.verdict.daysLeft])).toEqual([
      ['CertificateExpiring', 29],
      ['CertificateExpiring', 6],
      ['CertificateProblem', -1],
      ['CertificateRecovered', 76],
    ]);
    expect(history).toHaveLength(95);
    expect(new Set(told.map(({ detail }) => detail.metadata.eventId)).size).toBe(4);
    expect(records.get('api')).toMatchObject({ since: new Date(zooTime + 93 * 86_400_000 + 1).toISOString() });
  });

  it('are quiet for one that is renewed in time', async () => {
    for (let day = 0; day <= 59; day += 1) await checkOn(day);
    expect(told).toEqual([]);
  });

  it('are told again rather than not at all when they could not be recorded', async () => {
    failsToRecord = true;
    await expect(checkOn(61)).rejects.toThrow('no ledger');
    failsToRecord = false;
    await checkOn(61);
    await checkOn(62);
    expect(told.map(({ type }) => type)).toEqual(['CertificateExpiring', 'CertificateExpiring']);
    expect(told[0]?.detail.metadata.eventId).toBe(told[1]?.detail.metadata.eventId);
  });
});

describe('what ACM says', () => {
  const warning: PlannedCheck = { name: 'api', acm: { notice: 'action-required', daysLeft: 30 } };

  it('counts until another certificate is served', async () => {
    await checkOn(10, warning);
    await checkOn(11);
    expect(records.get('api')?.verdict.problems.map(({ kind }) => kind)).toEqual(['acm-action-required']);
    served = next;
    await checkOn(81);
    expect(told.map(({ type }) => type)).toEqual(['CertificateProblem', 'CertificateRecovered']);
  });

  it('of a certificate that nobody configured is followed without connecting to it', async () => {
    parts = { ...parts, sources: { ...parts.sources, shakeHands: () => Promise.reject(new Error('connected')) } };
    const acm = { notice: 'expires-soon', daysLeft: 40 } as const;
    await checkOn(1, { name: 'shop.example', acm });
    await checkOn(2, { name: 'shop.example', acm: { ...acm, daysLeft: 39 } });
    await checkOn(3, { name: 'shop.example', acm: { notice: 'none' } });
    expect(told.map(({ type }) => type)).toEqual(['CertificateExpiring', 'CertificateRecovered']);
  });

  it('is remembered for longer than a name of the configuration, which each daily check remembers anew', async () => {
    await checkOn(1);
    await checkOn(1, { name: 'shop.example', acm: { notice: 'expires-soon' } });
    const [daysOfOurs, daysOfAcm] = ['api', 'shop.example'].map((name) => {
      const { expiresAt = 0, checkedAt = '' } = records.get(name) ?? {};
      return (expiresAt - Math.floor(Date.parse(checkedAt) / 1000)) / 86_400;
    });
    expect([daysOfOurs, daysOfAcm]).toEqual([14, 60]);
  });

  it('has the configured names of that host checked', () => {
    const configured = { ...configuration, certificates: settings };
    const event = {
      'detail-type': 'ACM Certificate Approaching Expiration',
      detail: { CommonName: 'api.zoo.example', DaysToExpiry: 31 },
    };
    expect(planChecks(configured, { event })).toEqual([
      { checks: [{ name: 'api', acm: { notice: 'expires-soon', daysLeft: 31 } }] },
    ]);
    expect(planChecks(configured, { event: { ...event, detail: { CommonName: 'other.example' } } })).toEqual([
      { checks: [{ name: 'other.example', acm: { notice: 'expires-soon' } }] },
    ]);
  });
});

describe('a run', () => {
  it('looks at every configured name, in batches that one function can do', () => {
    const endpoints = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`name-${index}`, endpoint]));
    const batches = planChecks({ ...configuration, certificates: { ...settings, endpoints } }, {});
    expect(batches).toHaveLength(50);
    expect(new Set(batches.flatMap(({ checks }) => checks.map(({ name }) => name))).size).toBe(1000);
  });

  it('refuses names that are not configured', () => {
    const configured = { ...configuration, certificates: settings };
    expect(() => planChecks(configured, { request: { names: ['169.254.169.254'] } })).toThrow(
      'no certificate 169.254.169.254, the configuration has api',
    );
  });
});

it('tells people in the channel of the environment, and shows what servers say as mere text', async () => {
  await checkOn(85);
  const [{ detail } = { detail: undefined }] = told;
  if (detail === undefined) throw new Error('nothing was told');
  expect(certificateMessages.build('CertificateExpiring', detail)).toMatchObject({
    subject: `certificate/${detail.certificate.name}`,
    environment: 'prod',
    headline: 'The certificate of api.zoo.example will expire',
    reason: detail.reason,
  });
});

// A renewal from its plan to its end, with a ledger and a bus in memory.
import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { certificatesSchema } from '../../../config/certificates-schema.ts';
import type { CertificateRenewalDetail } from '../../../contracts/events/certificate-renewal.ts';
import type { RenewalRecord, RenewalStateRecord } from '../../../contracts/ledger/certificate-renewals.ts';
import type { RenewalEnd } from '../../../contracts/workflows/renew-certificate.ts';
import { planRenewal } from '../../../core/certificates/begin-renewal.ts';
import { followRenewal, settleRenewal } from '../../../core/certificates/carry-out-renewal.ts';
import type { Issuance } from '../../../core/certificates/diagnose-issuance.ts';
import { fingerprintOf, parseFirstCertificate } from '../../../core/certificates/parse-certificate.ts';
import type { RenewalMemory, RenewalView } from '../../../core/certificates/renewal-parts.ts';
import { createAuthority, issue, zooTime } from './certificate-zoo.ts';

const settings = certificatesSchema.parse({
  issuers: { ca: { trust: 'public' } },
  endpoints: {
    api: {
      host: 'api.zoo.example',
      environment: 'dev',
      owner: 'us',
      issuer: 'ca',
      certificate: { name: 'api' },
      restart: ['tools'],
    },
  },
});
const startedAt = new Date(zooTime).toISOString();
const inHours = (count: number): string => new Date(zooTime + count * 3_600_000).toISOString();

type Certificate = ReturnType<typeof parseFirstCertificate>;
let old: Certificate;
let fresh: Certificate;
beforeAll(async () => {
  const root = await createAuthority('Root');
  old = parseFirstCertificate((await issue([root], { from: -85, to: 5 })).cert);
  fresh = parseFirstCertificate((await issue([root], { from: 0, to: 90 })).cert);
});

let held: Certificate;
let served: Certificate | 'nothing' | 'garbage';
let state: RenewalStateRecord | undefined;
let records: RenewalRecord[];
let told: { type: string; detail: CertificateRenewalDetail }[];
let canTake: boolean;
let parts: RenewalView & RenewalMemory;
const idle: Issuance = { conditions: [], request: [], orders: [], challenges: [] };

beforeEach(() => {
  held = old;
  served = old;
  state = undefined;
  records = [];
  told = [];
  canTake = true;
  parts = {
    settings,
    historyDays: 90,
    issuance: { read: async () => idle },
    sources: {
      findInCluster: async () => ({
        managed: { ready: true, message: undefined, revision: 3 },
        secret: held,
        authorities: [],
      }),
      shakeHands: async () => [
        served === 'nothing'
          ? { address: '192.0.2.1', problem: { kind: 'no-handshake', words: 'nobody listens' } }
          : { address: '192.0.2.1', chain: [served === 'garbage' ? Buffer.from('garbage') : served.raw] },
      ],
    },
    store: {
      find: async () => state,
      take: async () => canTake,
      settle: async (settled, _, record) => {
        state = settled;
        records.push(record);
        return true;
      },
    },
    publisher: {
      publish: async ({ detailType, detail }) =>
        void told.push({ type: detailType, detail: detail as CertificateRenewalDetail }),
    },
  };
});

const request = { name: 'api', actor: 'ada', reason: 'test' };
const plan = (more: object = {}) =>
  planRenewal(parts, { request, renewalId: 'r1', executionArn: 'arn:1', startedAt, ...more });

it('begins with the right to do it, and tells who asked', async () => {
  const { outcome, steps, renewal } = await plan();
  expect(outcome).toBe('acted');
  expect(steps).toEqual([
    expect.stringContaining('ask cert-manager in dev to issue api anew'),
    'wait up to 15 minutes for it',
    'restart tools, pod by pod',
    expect.stringContaining('until every address of api.zoo.example:443 serves it'),
  ]);
  expect(renewal).toMatchObject({ before: fingerprintOf(old), revision: 3, restart: ['tools'], actor: 'ada' });
  expect(told).toEqual([{ type: 'CertificateRenewalStarted', detail: expect.objectContaining({}) }]);
  expect(told[0]?.detail).toMatchObject({ metadata: { actor: 'ada' }, renewal: { name: 'api', issuer: 'ca' } });
});

it('as a plan takes nothing and tells nobody', async () => {
  canTake = false;
  expect((await plan({ planOnly: true })).outcome).toBe('acted');
  expect(told).toEqual([]);
});

it('gives way to somebody who was faster, and to nobody who is dead', async () => {
  canTake = false;
  expect(await plan()).toMatchObject({ outcome: 'suppressed', steps: [] });
  canTake = true;
  state = { pk: '', sk: '', kind: '', sortKey: '', name: 'api', failures: 0, holder: 'arn:2', leaseUntil: inHours(9) };
  expect(await plan()).toMatchObject({ outcome: 'suppressed', holder: 'arn:2' });
  expect(await plan({ deadHolder: 'arn:3' })).toMatchObject({ outcome: 'suppressed' });
  expect(told).toEqual([]);
  const taken = await plan({ deadHolder: 'arn:2' });
  expect(taken.outcome).toBe('acted');
  expect(taken.holder).toBeUndefined();
  // A repetition of the same step finds its own right.
  state = { ...state, holder: 'arn:1' };
  expect((await plan()).outcome).toBe('acted');
});

it('names what is known when nothing of that name is configured', async () => {
  await expect(plan({ request: { ...request, name: 'nothing' } })).rejects.toThrow('no certificate nothing');
});

it('is followed until the Secret is renewed, and then until that is served; what cannot be read is not', async () => {
  const { renewal } = await plan();
  const look = (phase: 'issue' | 'serve') =>
    followRenewal(parts, { renewal, phase, since: startedAt, observedAt: inHours(0.01) });
  expect((await look('issue')).status).toBe('pending');
  held = fresh;
  expect(await look('issue')).toMatchObject({ status: 'done', after: fingerprintOf(fresh) });
  for (const answer of [old, 'nothing', 'garbage'] as const) {
    served = answer;
    expect((await look('serve')).status).toBe('pending');
  }
  served = fresh;
  expect((await look('serve')).status).toBe('done');
});

it('ends with a record and words for people, also when a function of ours threw', async () => {
  const { renewal } = await plan();
  const cause = JSON.stringify({ errorType: 'ForbiddenError', errorMessage: 'we may not', trace: ['at x'] });
  const end: RenewalEnd = { renewal, outcome: 'failed', reason: `ForbiddenError: ${cause}`, finishedAt: inHours(1) };
  expect(await settleRenewal(parts, end)).toEqual({ reason: 'we may not (ForbiddenError)' });
  expect(records).toEqual([expect.objectContaining({ outcome: 'failed', reason: 'we may not (ForbiddenError)' })]);
  expect(told.at(-1)).toMatchObject({
    type: 'CertificateRenewalFailed',
    detail: { reason: 'we may not (ForbiddenError)' },
  });
  expect(state).toMatchObject({ failures: 1, notBefore: inHours(7) });
});

it('keeps what the issuer said of its rate limit until then, whatever else fails, and forgets it after a success', async () => {
  const { renewal } = await plan();
  const end = { renewal, reason: 'why', finishedAt: inHours(1) };
  await settleRenewal(parts, { ...end, outcome: 'failed', obstacle: 'rate-limited', retryAt: inHours(30) });
  await settleRenewal(parts, { ...end, outcome: 'failed', obstacle: 'dns', finishedAt: inHours(2) });
  expect(state).toMatchObject({ failures: 2, rateLimitedUntil: inHours(30) });
  await settleRenewal(parts, { ...end, outcome: 'failed', obstacle: 'dns', finishedAt: inHours(31) });
  expect(state?.rateLimitedUntil).toBeUndefined();
  await settleRenewal(parts, { ...end, outcome: 'failed', obstacle: 'rate-limited', retryAt: inHours(60) });
  await settleRenewal(parts, { ...end, outcome: 'succeeded', finishedAt: inHours(40) });
  expect(state).toMatchObject({ failures: 0 });
  expect(state?.rateLimitedUntil).toBeUndefined();
});

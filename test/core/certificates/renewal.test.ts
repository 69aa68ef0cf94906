// Whether, how and how far a certificate is renewed.
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { type CertificateEndpoint, certificatesSchema } from '../../../config/certificates-schema.ts';
import type { RenewalStateRecord } from '../../../contracts/ledger/certificate-renewals.ts';
import type { Renewal } from '../../../contracts/workflows/renew-certificate.ts';
import { classify, describeWait, findFailure, type Issuance } from '../../../core/certificates/diagnose-issuance.ts';
import { judgeIssuance, judgeServing } from '../../../core/certificates/follow-renewal.ts';
import { fingerprintOf, parseFirstCertificate } from '../../../core/certificates/parse-certificate.ts';
import {
  decideRenewal,
  findRenewalCauses,
  planBackOff,
  type RenewalFacts,
} from '../../../core/certificates/plan-renewal.ts';
import { buildRenewalRecords } from '../../../core/certificates/settle-renewal.ts';
import { createAuthority, issue, zooTime } from './certificate-zoo.ts';

const settings = certificatesSchema.parse(
  parse(
    '{ issuers: { ca: { trust: public } }, endpoints: { api: { host: api.zoo.example, environment: dev, owner: us, issuer: ca, certificate: { name: api } } } }',
  ),
);
const endpoint = settings.endpoints.api as CertificateEndpoint;
const restarted = { ...endpoint, restart: ['tools'] };
const at = new Date(zooTime).toISOString();
const hours = (count: number) => new Date(zooTime + count * 3_600_000).toISOString();

type Certificate = ReturnType<typeof parseFirstCertificate>;
let fresh: Certificate;
let old: Certificate;
beforeAll(async () => {
  const root = await createAuthority('Root');
  fresh = parseFirstCertificate((await issue([root], { from: 0, to: 90 })).cert);
  old = parseFirstCertificate((await issue([root], { from: -85, to: 5 })).cert);
});

const state = (more: Partial<RenewalStateRecord>): RenewalStateRecord => ({
  pk: '',
  sk: '',
  kind: '',
  sortKey: '',
  name: 'api',
  failures: 0,
  ...more,
});
function decide(more: Partial<RenewalFacts>, as = endpoint) {
  const facts = {
    secret: old,
    served: [fingerprintOf(old)],
    state: undefined,
    cause: 'finding',
    insist: false,
    now: zooTime,
  } as const;
  return decideRenewal(settings, as, { ...facts, ...more });
}

describe('a renewal', () => {
  it('is done when the certificate is due', () => {
    expect(decide({})).toMatchObject({
      outcome: 'acted',
      action: 'issue',
      reason: expect.stringContaining('in 5 days'),
    });
  });

  it('is done for a person even when it is not due, and not for a finding that has passed', () => {
    const renewed = { secret: fresh, served: [fingerprintOf(fresh)] };
    expect(decide({ ...renewed, cause: 'person' })).toMatchObject({ outcome: 'acted', action: 'issue' });
    expect(decide(renewed)).toMatchObject({ outcome: 'suppressed' });
  });

  it('is a restart when the Secret is renewed and an address is not, where a Deployment is named', () => {
    const stale = { secret: fresh, served: [fingerprintOf(fresh), fingerprintOf(old)] };
    expect(decide(stale, restarted)).toMatchObject({ outcome: 'acted', action: 'restart' });
    expect(decide(stale)).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('must load it') });
  });

  it('is not done where nothing in a cluster renews it', () => {
    const { certificate: _, ...unmanaged } = endpoint;
    expect(decide({ cause: 'person' }, unmanaged).outcome).toBe('refused');
  });

  it('waits for one that is under way, and takes over from one that is dead', () => {
    expect(decide({ state: state({ holder: 'other', leaseUntil: hours(1) }) }).reason).toContain('renewed by other');
    expect(decide({ state: state({ holder: 'other', leaseUntil: hours(-1) }) }).outcome).toBe('acted');
  });

  it('is held back after failures, but not from a person, and by a rate limit from everybody who does not insist', () => {
    const failed = state({ failures: 2, notBefore: hours(12) });
    expect(decide({ state: failed })).toMatchObject({
      outcome: 'suppressed',
      reason: expect.stringContaining('2 times in a row'),
    });
    expect(decide({ state: failed, cause: 'person' }).outcome).toBe('acted');
    const limited = state({ failures: 1, rateLimitedUntil: hours(30) });
    expect(decide({ state: limited }).outcome).toBe('suppressed');
    expect(decide({ state: limited, cause: 'person' })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('rate limit'),
    });
    expect(decide({ state: limited, cause: 'person', insist: true }).outcome).toBe('acted');
  });

  it('never loops: whatever fails, the next automatic one is at least the back-off away, and a week at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (failures) => {
        const next = Date.parse(planBackOff(6, failures, zooTime)) - zooTime;
        expect(next).toBeGreaterThanOrEqual(6 * 3_600_000);
        expect(next).toBeLessThanOrEqual(7 * 86_400_000);
        const held = decide({
          state: state({ failures, notBefore: planBackOff(6, failures, zooTime) }),
          now: zooTime + next - 1,
        });
        expect(held.outcome).toBe('suppressed');
      }),
    );
  });

  it('is asked for by the findings of the policy alone, and by a stale one only where a restart helps', () => {
    const kinds = (problems: string[], as: CertificateEndpoint) =>
      findRenewalCauses(
        settings,
        as,
        problems.map((kind) => ({ kind, words: '' }) as never),
      ).map(({ kind }) => kind);
    expect(kinds(['expires-soon', 'name-mismatch'], endpoint)).toEqual([]);
    expect(kinds(['renewal-overdue', 'served-stale'], endpoint)).toEqual(['renewal-overdue']);
    expect(kinds(['served-stale'], restarted)).toEqual(['served-stale']);
  });
});

const limit =
  'The certificate request has failed to complete and will be retried: Failed to wait for order resource "api-2-1" to become ready: order is in "errored" state: Failed to create Order: 429 urn:ietf:params:acme:error:rateLimited: too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, retry after 2026-11-24 16:00:00 UTC: see https://letsencrypt.org/docs/rate-limits/';

describe('what stands in the way', () => {
  it.each([
    [limit, 'rate-limited'],
    ['429 Too Many Requests', 'rate-limited'],
    ['Waiting for DNS-01 challenge propagation: DNS record for "api.example" not yet propagated', 'dns'],
    ['acme: authorization error: 400 urn:ietf:params:acme:error:dns: NXDOMAIN looking up TXT', 'dns'],
    [
      'Error accepting authorization: acme: 403 urn:ietf:params:acme:error:unauthorized: Incorrect TXT record',
      'challenge',
    ],
    ['order is in "invalid" state: ', 'challenge'],
    ['Referenced issuer does not have a Ready status condition', 'issuer'],
    ['Failed to verify ACME account: dial tcp: i/o timeout', 'issuer'],
    ['The CertificateRequest was denied by an approval controller', 'denied'],
    ['something new', 'unknown'],
  ])('%s', (message, kind) => {
    expect(classify(message).kind).toBe(kind);
  });

  it('says when a rate limit ends', () => {
    expect(classify(limit).retryAt).toBe('2026-11-24T16:00:00.000Z');
    expect(classify('429 rateLimited').retryAt).toBeUndefined();
  });

  it('is read at the challenge first, and is a failure only when it happened since', () => {
    const challenge = {
      name: 'api.example',
      type: 'DNS-01',
      state: 'pending',
      reason: 'DNS record not yet propagated',
    };
    const waiting: Issuance = {
      conditions: [],
      request: [],
      orders: [{ state: 'pending', reason: '' }],
      challenges: [challenge],
    };
    expect(describeWait(waiting)).toMatchObject({ kind: 'dns', words: expect.stringContaining('api.example') });
    const failed = { type: 'Issuing', status: 'False', reason: 'Failed', message: limit, lastTransitionTime: at };
    const issuance = { ...waiting, conditions: [failed], lastFailureTime: at };
    expect(findFailure(issuance, at)?.kind).toBe('rate-limited');
    expect(findFailure(issuance, hours(1))).toBeUndefined();
  });
});

describe('a renewal under way', () => {
  const renewal = (): Renewal => ({
    renewalId: 'r1',
    name: 'api',
    executionArn: 'arn',
    startedAt: at,
    actor: 'ada',
    correlationId: 'c',
    causationId: 'c',
    action: 'issue',
    before: fingerprintOf(old),
    restart: [],
    issueTimeoutSeconds: 900,
    serveTimeoutSeconds: 900,
  });
  const still: Issuance = {
    conditions: [{ type: 'Issuing', status: 'True' }],
    request: [],
    orders: [],
    challenges: [],
  };
  const observe = (seconds: number) => ({ since: at, observedAt: new Date(zooTime + seconds * 1000).toISOString() });

  it('is issued when the Secret holds another certificate and cert-manager is done', () => {
    expect(judgeIssuance(renewal(), still, fresh, observe(10)).status).toBe('pending');
    expect(judgeIssuance(renewal(), { ...still, conditions: [] }, old, observe(10)).status).toBe('pending');
    expect(judgeIssuance(renewal(), { ...still, conditions: [] }, fresh, observe(10))).toMatchObject({
      status: 'done',
      after: fingerprintOf(fresh),
    });
  });

  it('ends in bounded time', () => {
    expect(judgeIssuance(renewal(), still, old, observe(899)).status).toBe('pending');
    expect(judgeIssuance(renewal(), still, old, observe(900))).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('not issued within 15 minutes'),
    });
    const stale = [{ address: '192.0.2.1', fingerprint: fingerprintOf(old) }];
    expect(judgeServing(renewal(), fresh, stale, observe(1)).status).toBe('pending');
    expect(judgeServing(renewal(), fresh, stale, observe(900))).toMatchObject({
      status: 'failed',
      obstacle: 'not-served',
    });
  });

  it('is served when every address serves it, and not when none answers', () => {
    const served = (fingerprint: string | undefined) => ({ address: '192.0.2.1', fingerprint });
    expect(judgeServing(renewal(), fresh, [served(fingerprintOf(fresh)), served(undefined)], observe(1)).status).toBe(
      'pending',
    );
    expect(judgeServing(renewal(), fresh, [], observe(1)).status).toBe('pending');
    expect(judgeServing(renewal(), fresh, [served(fingerprintOf(fresh))], observe(1)).status).toBe('done');
  });

  it('counts failures in a row, and forgets them when one succeeds', () => {
    const end = { renewal: renewal(), reason: 'why', finishedAt: at };
    const options = { previous: state({ failures: 1 }), backOffHours: 6, historyDays: 90 };
    const failed = buildRenewalRecords({ ...end, outcome: 'failed', obstacle: 'dns' }, options);
    expect(failed.state).toMatchObject({ failures: 2, notBefore: hours(12) });
    expect(failed.state.holder).toBeUndefined();
    expect(failed.record).toMatchObject({ outcome: 'failed', obstacle: 'dns' });
    const succeeded = buildRenewalRecords({ ...end, outcome: 'succeeded' }, { ...options, previous: failed.state });
    expect(succeeded.state).toEqual(expect.not.objectContaining({ notBefore: expect.anything() }));
    expect(succeeded.state.failures).toBe(0);
  });
});

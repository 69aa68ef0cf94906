// What a certificate proves beyond its chain: transparency logs, revocation by itself, and what DNS allows.
import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '../../../core/app-error.ts';
import { findCaaProblem, listCaaNames } from '../../../core/certificates/judge-caa.ts';
import { findRevocation, readStatus } from '../../../core/certificates/judge-revocation.ts';
import { countTimestamps, findTransparencyProblem } from '../../../core/certificates/judge-transparency.ts';
import { listDer } from '../../../core/certificates/read-der.ts';
import { createCaaReader } from '../../../lambdas/adapters/caa-reader.ts';
import {
  createAuthority,
  createKey,
  createRequest,
  type Signer,
  signRequest,
} from '../../../local/world/kubernetes/cert-manager/x509.ts';

const validity = { notBefore: Date.now(), notAfter: Date.now() + 86_400_000 };
let signer: Signer;
let request: string;
let leaf: X509Certificate;
beforeAll(async () => {
  signer = await createAuthority('Root', validity);
  request = await createRequest(await createKey({ algorithm: 'ECDSA' }), { dnsNames: ['a.example'], ipAddresses: [] });
  leaf = new X509Certificate(await signRequest(request, signer, validity));
});

describe('transparency', () => {
  it('wants the timestamps of two logs', async () => {
    expect(countTimestamps(leaf)).toBe(0);
    expect(findTransparencyProblem(leaf)).toMatchObject({ kind: 'not-logged', words: expect.stringContaining('of 0') });
    const logged = new X509Certificate(await signRequest(request, signer, { ...validity, isLogged: true }));
    expect(countTimestamps(logged)).toBe(2);
    expect(findTransparencyProblem(logged)).toBeUndefined();
  });
});

const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(body.length < 128 ? [tag, body.length] : [tag, 0x81, body.length]), body]);
};
/** An OCSP response by the grammar of RFC 6960, unsigned. */
function buildResponse(serialNumber: string, status: Buffer, outcome = 0): Buffer {
  const serial = der(0x02, Buffer.from(serialNumber, 'hex'));
  const certificate = der(0x30, der(0x30), der(0x04), der(0x04), serial);
  const data = der(0x30, der(0x82, Buffer.from([1])), der(0x18), der(0x30, der(0x30, certificate, status, der(0x18))));
  const basic = der(0x30, data, der(0x30), der(0x03));
  const bytes = der(0x30, der(0x06, Buffer.from('2b0601050507300101', 'hex')), der(0x04, basic));
  return der(0x30, der(0x0a, Buffer.from([outcome])), ...(outcome === 0 ? [der(0xa0, bytes)] : []));
}

describe('a stapled OCSP response', () => {
  const revoked = der(0xa1, der(0x18));
  it('that says revoked is believed', () => {
    expect(findRevocation(leaf, buildResponse(leaf.serialNumber, revoked))).toMatchObject({ kind: 'revoked' });
  });

  it('that says good, speaks of another certificate, refuses or is missing is no finding', () => {
    expect(readStatus(buildResponse(leaf.serialNumber, der(0x80)), leaf.serialNumber)).toBe('good');
    expect(findRevocation(leaf, buildResponse('0badcafe', revoked))).toBeUndefined();
    expect(findRevocation(leaf, buildResponse(leaf.serialNumber, revoked, 3))).toBeUndefined();
    expect(findRevocation(leaf, undefined)).toBeUndefined();
  });

  it('of any bytes is read or called malformed, and nothing else', () => {
    const good = buildResponse(leaf.serialNumber, revoked);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, value) => {
        const hostile = Buffer.from(good);
        hostile[at] = value;
        expect(['good', 'revoked', 'unknown', 'other', 'malformed']).toContain(readStatus(hostile, leaf.serialNumber));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          listDer(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
    );
    expect(readStatus(Buffer.alloc(70_000, 0x30), '01')).toBe('malformed');
  });
});

describe('CAA', () => {
  const record = (value: string, property = 'issue') => ({ critical: false, property, value });

  it('is asked of the name and what stands above it, without the top', () => {
    expect(listCaaNames('api.dev.pyairtable.example')).toEqual([
      'api.dev.pyairtable.example',
      'dev.pyairtable.example',
      'pyairtable.example',
    ]);
  });

  it('forbids whom it does not name, once it names anybody', () => {
    expect(findCaaProblem('a.example', 'letsencrypt.org', [])).toBeUndefined();
    expect(findCaaProblem('a.example', 'letsencrypt.org', [record('mailto:a@a.example', 'iodef')])).toBeUndefined();
    expect(
      findCaaProblem('a.example', 'letsencrypt.org', [record('LetsEncrypt.org; validationmethods=dns-01')]),
    ).toBeUndefined();
    expect(findCaaProblem('a.example', 'letsencrypt.org', [record('ca.example')])?.words).toContain('allow ca.example');
    expect(findCaaProblem('a.example', 'letsencrypt.org', [record(';')])?.words).toContain('allow nobody');
  });

  it('is read at the nearest name that has records, and unknown when DNS fails', async () => {
    const fail = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));
    const asked: string[] = [];
    const read = createCaaReader((name) => {
      asked.push(name);
      return name === 'b.example' ? Promise.resolve([{ critical: 128, issue: 'ca.example' }]) : fail('ENODATA');
    });
    expect(await read('x.a.b.example')).toEqual([{ critical: true, property: 'issue', value: 'ca.example' }]);
    expect(asked).toEqual(['x.a.b.example', 'a.b.example', 'b.example']);
    expect(await createCaaReader(() => fail('ESERVFAIL'))('a.b.example')).toBeUndefined();
    expect(await createCaaReader(() => fail('ENOTFOUND'))('a.b.example')).toEqual([]);
  });
});

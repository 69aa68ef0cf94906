// What an authority was allowed to issue, by its own extensions; and that nothing in them can hurt.
import 'reflect-metadata';
import { expect, it } from '@jest/globals';
import { Extension } from '@peculiar/x509';
import fc from 'fast-check';
import { AppError } from '../../../core/app-error.ts';
import { findPathProblem } from '../../../core/certificates/judge-path.ts';
import { parseCertificate, parseFirstCertificate } from '../../../core/certificates/parse-certificate.ts';
import { listExtensions } from '../../../core/certificates/read-extensions.ts';
import { createAuthority, issue } from './certificate-zoo.ts';

const der = (tag: number, ...content: readonly (readonly number[])[]): number[] => {
  const body = content.flat();
  return [tag, body.length, ...body];
};
const constrain = (tree: number, ...bases: readonly number[][]): Extension =>
  new Extension(
    '2.5.29.30',
    true,
    Uint8Array.from(der(0x30, der(tree, ...bases.map((base) => der(0x30, base))))).buffer,
  );
const network = (...bytes: number[]): number[] => der(0x87, bytes);
const domain = (name: string): number[] => der(0x82, [...Buffer.from(name)]);

async function judge(extension: Extension, names: readonly string[]) {
  const authority = await createAuthority('Limited', undefined, { extensions: [extension] });
  const leaf = parseFirstCertificate((await issue([authority], { names })).cert);
  return findPathProblem([leaf, parseCertificate(authority.certificate.toString('pem'))]);
}

it.each<[string, Extension, string[], boolean]>([
  ['a permitted network', constrain(0xa0, network(10, 0, 0, 0, 255, 0, 0, 0)), ['ip:10.20.3.4'], true],
  ['an address outside of it', constrain(0xa0, network(10, 0, 0, 0, 255, 0, 0, 0)), ['ip:11.0.0.1'], false],
  ['an excluded network', constrain(0xa1, network(10, 0, 0, 0, 255, 0, 0, 0)), ['ip:10.20.3.4'], false],
  ['a network of the other family', constrain(0xa0, network(...Array(32).fill(0))), ['ip:10.0.0.1'], false],
  ['names where only networks are limited', constrain(0xa0, network(10, 0, 0, 0, 255, 0, 0, 0)), ['a.example'], true],
  ['one of several permitted names', constrain(0xa0, domain('a.example'), domain('b.example')), ['x.b.example'], true],
  ['a name that only ends alike', constrain(0xa0, domain('a.example')), ['not-a.example'], false],
  ['one good and one bad name', constrain(0xa0, domain('a.example')), ['a.example', 'b.example'], false],
  ['a wildcard below', constrain(0xa0, domain('.a.example')), ['*.a.example'], true],
  ['everything excluded', constrain(0xa1, domain('')), ['a.example'], false],
])('an authority that is limited: %s', async (_, extension, names, isAllowed) => {
  const problem = await judge(extension, names);
  if (isAllowed) expect(problem).toBeUndefined();
  else expect(problem?.words).toMatch(/"CN=Limited" may not issue for .*, by its name constraints/);
});

it('whatever stands in an extension, there is a verdict or our error', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('2.5.29.30', '2.5.29.37', '2.5.29.15', '2.5.29.32'),
      fc.uint8Array({ maxLength: 200 }),
      async (id, bytes) => {
        const extension = new Extension(id, true, Uint8Array.from(bytes).buffer);
        const { cert } = await issue([], { extensions: [extension] });
        try {
          const certificate = parseFirstCertificate(cert);
          expect(findPathProblem([certificate, certificate])?.kind ?? 'untrusted-chain').toBe('untrusted-chain');
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      },
    ),
    { numRuns: 60 },
  );
});

it('whatever the bytes are, extensions are listed or it is our error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (raw) => {
      try {
        expect(Array.isArray(listExtensions({ raw: Buffer.from(raw) }))).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }),
  );
});

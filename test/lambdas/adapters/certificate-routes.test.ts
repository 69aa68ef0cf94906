// What an operator says at run time of how certificates are reached and trusted.
import { expect, it } from '@jest/globals';
import type { AddressReader } from '../../../lambdas/adapters/address-reader.ts';
import { createRouteReader, readMoreAuthorities } from '../../../lambdas/adapters/certificate-routes.ts';

const saying =
  (value: string): AddressReader =>
  async () =>
    value;

it('reads the routes of a name and port, of both families', async () => {
  const find = createRouteReader(saying('{"a.example:443": ["10.1.2.3:8443", "[fd00::1]:443"], "b.example:443": []}'));
  expect(await find('a.example', 443)).toEqual([
    { address: '10.1.2.3', port: 8443 },
    { address: 'fd00::1', port: 443 },
  ]);
  expect(await find('b.example', 443)).toEqual([]);
  expect(await find('a.example', 444)).toBeUndefined();
  expect(await find('constructor', 443)).toBeUndefined();
});

it.each(['', '[]', '{"a:1": "10.0.0.1:1"}', '{"a:1": ["host.example:1"]}', 'null'])(
  'refuses %p with what it should be',
  async (value) => {
    await expect(createRouteReader(saying(value))('a', 1)).rejects.toThrow('certificate-endpoints is not JSON such as');
  },
);

it('reads more authorities by issuer', async () => {
  expect(await readMoreAuthorities(saying('{"pebble": "PEM"}'))).toEqual({ pebble: 'PEM' });
  await expect(readMoreAuthorities(saying('[1]'))).rejects.toThrow('certificate-authorities is not JSON');
});

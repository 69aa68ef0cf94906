// Which addresses may be connected to, however they are written.
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isAddressAllowed, isMetadataService } from '../../../lambdas/adapters/network-guard.ts';

const everything = ['0.0.0.0/0', '::/0'];

it.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.31.255.255',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '::1',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  'fd00:ec2::254',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '0:0:0:0:0:ffff:7f00:1',
  '0000:0000:0000:0000:0000:FFFF:10.0.0.1',
  '64:ff9b::7f00:1',
  '::127.0.0.1',
  '2002:7f00:1::',
  // Not addresses but what some resolvers take for one; DNS answers with addresses only.
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '127.1',
  'not-an-address',
  '',
])('%s is no public address', (address) => {
  expect(isAddressAllowed(address, [])).toBe(false);
});

it('opens only as far as the configuration says', () => {
  expect(isAddressAllowed('8.8.8.8', [])).toBe(true);
  expect(isAddressAllowed('2606:4700::1111', [])).toBe(true);
  expect(isAddressAllowed('10.20.3.4', ['10.20.0.0/16'])).toBe(true);
  expect(isAddressAllowed('::ffff:10.20.3.4', ['10.20.0.0/16'])).toBe(true);
  expect(isAddressAllowed('10.21.3.4', ['10.20.0.0/16'])).toBe(false);
  expect(isAddressAllowed('fd00::1', ['10.0.0.0/8'])).toBe(false);
  expect(isAddressAllowed('fd00::1', ['fd00::/8'])).toBe(true);
});

it.each([
  ['AWS, Google, Azure, Oracle', '169.254.169.254'],
  ['AWS, for containers', '169.254.170.2'],
  ['AWS, for pods', '169.254.170.23'],
  ['AWS by IPv6', 'fd00:ec2::254'],
  ['AWS for pods by IPv6', 'fd00:ec2::23'],
  ['Google by IPv6', 'fd20:ce::254'],
  ['Azure', '168.63.129.16'],
  ['Oracle', '192.0.0.192'],
  ['Alibaba', '100.100.100.200'],
  ['OpenStack by IPv6', 'fe80::a9fe:a9fe'],
  ['mapped', '::ffff:169.254.169.254'],
  ['mapped and spelt out', '0:0:0:0:0:ffff:a9fe:a9fe'],
  ['translated', '64:ff9b::a9fe:a9fe'],
])('the metadata service of %s is refused whatever the configuration allows', (_, address) => {
  expect(isAddressAllowed(address, everything)).toBe(false);
  expect(isMetadataService(address)).toBe(true);
});

it('treats an address and the one that stands for it alike', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const mapped = `::ffff:${address}`;
      expect(isAddressAllowed(mapped, [])).toBe(isAddressAllowed(address, []));
      expect(isMetadataService(mapped)).toBe(isMetadataService(address));
    }),
  );
});

it('answers for whatever is written, and never for a name', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.domain(), fc.ipV6(), fc.ipV4Extended()), (text) => {
      expect(typeof isAddressAllowed(text, [])).toBe('boolean');
      if (!/^[0-9a-f:.]+$/i.test(text)) expect(isAddressAllowed(text, everything)).toBe(false);
    }),
  );
});

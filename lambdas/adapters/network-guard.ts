// Which addresses may be connected to: public ones, and those that the configuration allows by name.
import { BlockList, isIP } from 'node:net';

/** Not globally reachable by the registries of IANA, of both families, and what embeds such addresses. @see https://www.iana.org/assignments/iana-ipv4-special-registry */
const specialNetworks = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '::1/128',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

const special = buildBlockList(specialNetworks);
const linkLocal = buildBlockList(['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32']);

/** Whether `address` may be connected to; `allowedNetworks` are exceptions in CIDR notation. */
export function isAddressAllowed(address: string, allowedNetworks: readonly string[]): boolean {
  const plain = unmap(address);
  const family = isIP(plain);
  if (family === 0) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  return !special.check(plain, type) || buildBlockList(allowedNetworks).check(plain, type);
}

/** Where clouds answer with credentials, and nothing that serves a name ever lies. */
export function isLinkLocal(address: string): boolean {
  const plain = unmap(address);
  return linkLocal.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

/** `::ffff:127.0.0.1` and `::ffff:7f00:1` are 127.0.0.1. */
function unmap(address: string): string {
  const [, dotted, high, low] =
    /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(address) ?? [];
  if (dotted !== undefined) return dotted;
  if (high === undefined || low === undefined) return address;
  const bits = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255].join('.');
}

function buildBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

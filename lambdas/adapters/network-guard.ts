// Which addresses may be connected to: public ones, and those that the configuration allows by name.
import { BlockList, isIP } from 'node:net';

/** Not globally reachable by the registries of IANA, of both families, and what embeds such addresses. @see https://www.iana.org/assignments/iana-ipv4-special-registry */
const specialNetworks = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  // Azure's platform, in the middle of what is public.
  '168.63.129.16/32',
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

/** Where clouds hand out credentials: AWS, Google, Azure, Oracle and most others; Alibaba; Tencent lies within the first. */
const metadataNetworks = [
  '169.254.0.0/16',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  'fe80::/10',
  'fd00:ec2::/32',
  'fd20:ce::/32',
];

const special = buildBlockList(specialNetworks);
const metadata = buildBlockList(metadataNetworks);

/** Whether `address` may be connected to; `allowedNetworks` are exceptions in CIDR notation, but never for metadata services. */
export function isAddressAllowed(address: string, allowedNetworks: readonly string[]): boolean {
  const plain = normalize(address);
  if (plain === undefined || isMetadataService(plain)) return false;
  const type = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
  return !special.check(plain, type) || buildBlockList(allowedNetworks).check(plain, type);
}

/** Where nothing that serves a name ever lies. What is no address at all is none that may be asked either. */
export function isMetadataService(address: string): boolean {
  const plain = normalize(address);
  if (plain === undefined) return true;
  return metadata.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

/** The IPv4 address that an IPv6 address stands for (mapped, or translated by NAT64), however it is written; undefined for what is none. */
function normalize(address: string): string | undefined {
  if (isIP(address) === 4) return address;
  // With a zone it is link-local, and a URL cannot hold it.
  if (isIP(address) === 0 || address.includes('%')) return undefined;
  const shortest = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(shortest) ?? [];
  if (high === undefined || low === undefined) return shortest;
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

// Which addresses of the network may be talked to: none of this machine or its own networks, unless somebody said so.
import { BlockList, isIP } from 'node:net';

const notPublic: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001:db8::', 32],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

/** Whether an address may be talked to. `allowed` names addresses and networks (`10.1.0.0/16`). */
export function isAllowedAddress(address: string, allowed: readonly string[]): boolean {
  const plain = withoutMapping(address);
  return isIn(plain, listOf(allowed.flatMap(networkOf))) || !isIn(plain, listOf(notPublic));
}

/** `10.1.0.0/16` or `10.1.2.3` as address and length; nothing of what is neither. */
export function networkOf(text: string): (readonly [string, number])[] {
  const [address = '', length] = text.split('/', 2);
  const family = isIP(address);
  if (family === 0) return [];
  const longest = family === 4 ? 32 : 128;
  const bits = length === undefined ? longest : Number(length);
  return Number.isInteger(bits) && bits >= 0 && bits <= longest ? [[address, bits]] : [];
}

/** An IPv4 address in the clothes of an IPv6 one. */
function withoutMapping(address: string): string {
  const bare = address.split('%', 1)[0] ?? address;
  const dotted = /^::(?:ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (dotted !== undefined) return dotted;
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(bare);
  if (hex === null) return bare;
  const [high, low] = [Number.parseInt(hex[1] ?? '0', 16), Number.parseInt(hex[2] ?? '0', 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

function listOf(networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of networks) list.addSubnet(address, bits, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return list;
}

function isIn(address: string, list: BlockList): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

import { BlockList, isIP, isIPv6 } from 'node:net';
import type { NetworkPolicy } from '../registry-client.ts';

/** Why an address may not be contacted. */
export type AddressVerdict = 'allowed' | 'private' | 'forbidden';

// Instance metadata hands out credentials of the machine, so it is never a registry:
// AWS, GCP, Azure, Tencent (169.254/16), AWS IPv6, GCP IPv6, Alibaba, Azure's wire server, Oracle's old address.
const forbidden = new BlockList();
forbidden.addSubnet('169.254.0.0', 16);
forbidden.addSubnet('fe80::', 10, 'ipv6');
forbidden.addSubnet('fd00:ec2::', 32, 'ipv6');
forbidden.addAddress('fd20:ce::254', 'ipv6');
forbidden.addAddress('100.100.100.200');
forbidden.addAddress('168.63.129.16');
forbidden.addAddress('192.0.0.192');
// Multicast, reserved and broadcast: nothing there speaks HTTP.
forbidden.addSubnet('224.0.0.0', 3);
forbidden.addSubnet('ff00::', 8, 'ipv6');

// Loopback and private ranges of https://www.iana.org/assignments/iana-ipv4-special-registry and its IPv6 sister.
const privateRanges = new BlockList();
privateRanges.addSubnet('0.0.0.0', 8);
privateRanges.addSubnet('10.0.0.0', 8);
privateRanges.addSubnet('100.64.0.0', 10);
privateRanges.addSubnet('127.0.0.0', 8);
privateRanges.addSubnet('172.16.0.0', 12);
privateRanges.addSubnet('192.0.0.0', 24);
privateRanges.addSubnet('192.168.0.0', 16);
privateRanges.addSubnet('198.18.0.0', 15);
privateRanges.addAddress('::', 'ipv6');
privateRanges.addAddress('::1', 'ipv6');
privateRanges.addSubnet('fc00::', 7, 'ipv6');
privateRanges.addSubnet('fec0::', 10, 'ipv6');

/** Judges one IP address; anything that is not an IP address is forbidden. */
export function judgeAddress(address: string): AddressVerdict {
  if (isIP(address) === 0 || address.includes('%')) return 'forbidden';
  const verdict = judgePlain(address);
  const inner = isIPv6(address) ? embeddedIpv4(address) : undefined;
  return verdict === 'forbidden' || inner === undefined ? verdict : worse(verdict, judgePlain(inner));
}

/** Whether the policy lets us contact an address. */
export function isAddressAllowed(address: string, policy: NetworkPolicy): boolean {
  const verdict = judgeAddress(address);
  return verdict === 'allowed' || (verdict === 'private' && policy.allowPrivate);
}

/** One sentence for people about a refused address. */
export function explainRefusal(host: string, address: string): string {
  const which = host === address ? address : `${host} is ${address}, which`;
  return judgeAddress(address) === 'private'
    ? `${which} is a loopback or private address, and this server does not allow private registries.`
    : `${which} is a link-local, metadata or reserved address, which is never contacted.`;
}

function judgePlain(address: string): AddressVerdict {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  if (forbidden.check(address, family)) return 'forbidden';
  return privateRanges.check(address, family) ? 'private' : 'allowed';
}

function worse(a: AddressVerdict, b: AddressVerdict): AddressVerdict {
  if (a === 'forbidden' || b === 'forbidden') return 'forbidden';
  return a === 'private' ? a : b;
}

/** The IPv4 address that an IPv6 address stands for: mapped, compatible, NAT64 (RFC 6052) and 6to4 (RFC 3056). */
function embeddedIpv4(address: string): string | undefined {
  const groups = expandIpv6(address);
  const [first, second] = groups;
  const leadingZeros = groups.slice(0, 5).every((group) => group === 0);
  const isMapped = leadingZeros && (groups[5] === 0xffff || groups[5] === 0);
  const isNat64 = first === 0x64 && (second === 0xff9b || second === 0x1);
  if (isMapped && !(groups[5] === 0 && groups[6] === 0)) return ipv4Of(groups[6], groups[7]);
  if (isNat64) return ipv4Of(groups[6], groups[7]);
  return first === 0x2002 ? ipv4Of(groups[1], groups[2]) : undefined;
}

function ipv4Of(high = 0, low = 0): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight 16-bit groups of a valid IPv6 address without a zone. */
function expandIpv6(address: string): readonly number[] {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...middle, ...after].map((group) => Number.parseInt(group, 16));
}

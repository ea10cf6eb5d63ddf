/**
 * Which numeric addresses may be connected to: global unicast only. It sees addresses, never names or URLs, because only
 * the address of the socket says where a connection goes.
 * Sources: the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890 and its updates).
 */
import { BlockList, isIP } from 'node:net';

const SPECIAL_IPV4 =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 ' +
  '192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4';
/** Special ranges inside 2000::/3; everything outside it (mapped, NAT64, unique local, link-local, multicast) is refused. */
const SPECIAL_IPV6 = '2001::/23 2001:db8::/32 2002::/16 3fff::/20';

function blockListOf(ranges: string, family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const range of ranges.split(' ')) {
    const [address, prefix] = range.split('/') as [string, string];
    list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

const BLOCKED_IPV4 = blockListOf(SPECIAL_IPV4, 'ipv4');
const BLOCKED_IPV6 = blockListOf(SPECIAL_IPV6, 'ipv6');
const GLOBAL_IPV6 = blockListOf('2000::/3', 'ipv6');
const LOOPBACK = blockListOf('127.0.0.0/8', 'ipv4');
/** What a company's own network uses: RFC 1918, RFC 6598 and unique local addresses (RFC 4193). Link-local is none of it. */
const PRIVATE_IPV4 = blockListOf('10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10', 'ipv4');
const PRIVATE_IPV6 = blockListOf('fc00::/7', 'ipv6');

/** True for 127.0.0.0/8 and ::1. */
export function isLoopback(address: string): boolean {
  return isIP(address) === 4 ? LOOPBACK.check(address, 'ipv4') : address === '::1';
}

/** True for a global unicast address. Anything that is no plain numeric address is not. */
export function isPublicAddress(address: string): boolean {
  if (address.includes('%')) return false; // A zone is only meaningful on a link.
  if (isIP(address) === 4) return !BLOCKED_IPV4.check(address, 'ipv4');
  if (isIP(address) !== 6) return false;
  return GLOBAL_IPV6.check(address, 'ipv6') && !BLOCKED_IPV6.check(address, 'ipv6');
}

/** True for an address of a company's own network; false for loopback, link-local and everything special. */
export function isPrivateAddress(address: string): boolean {
  if (address.includes('%')) return false;
  if (isIP(address) === 4) return PRIVATE_IPV4.check(address, 'ipv4');
  // BlockList would compare a mapped address (::ffff:10.0.0.1) as IPv4; only the plain form is asked for here.
  return isIP(address) === 6 && /^f[cd]/i.test(address) && PRIVATE_IPV6.check(address, 'ipv6');
}

import {
  ADDRESS_IN_NAME_DOMAINS,
  GLOBAL_IPV6,
  LOCAL_TOP_LEVEL_NAMES,
  SPECIAL_IPV4,
  SPECIAL_IPV6,
  WEB_PORTS,
} from './special-addresses.ts';

/** What the owner says about addresses that the general rule would get wrong. */
export interface AddressPolicy {
  /**
   * Origins, as `URL.origin` writes them (`http://127.0.0.1:4801`), that may be asked although they are private or
   * on an unusual port. Scheme, host and port must all be equal.
   */
  allowedOrigins: ReadonlySet<string>;
  /** Hosts, as `URL.host` writes them, that this program answers on; asking them would be a loop. */
  ownHosts: ReadonlySet<string>;
}

export type AddressVerdict = { kind: 'allowed' } | { kind: 'refused'; detail: string };

/**
 * Whether a URL is one that may be asked: http(s) without credentials, on a web port of a public host that is not our
 * own. It looks at the parsed URL, in which decimal, octal, full-width and other disguises of an address are gone.
 * What it cannot see is what a name resolves to: that is left to the platform, which has no route to private networks.
 */
export function checkAddress(url: URL, policy: AddressPolicy): AddressVerdict {
  const host = withoutTrailingDot(url.hostname);
  const detail =
    findSchemeProblem(url) ??
    (isOwnHost(url, host, policy) ? `${host} is this server itself` : undefined) ??
    (policy.allowedOrigins.has(url.origin) ? undefined : (findPortProblem(url) ?? findHostProblem(host)));
  return detail === undefined ? { kind: 'allowed' } : { kind: 'refused', detail };
}

function findSchemeProblem(url: URL): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `only http and https addresses are asked, not ${url.protocol}`;
  if (url.username !== '' || url.password !== '')
    return 'an address with a user name or password is not asked';
  return undefined;
}

/** On a laptop our own host and an allowed private source differ by their port only, so an allowance is honoured. */
function isOwnHost(url: URL, host: string, policy: AddressPolicy): boolean {
  const withPort = url.port === '' ? host : `${host}:${url.port}`;
  if (policy.ownHosts.has(withPort)) return true;
  if (policy.allowedOrigins.has(url.origin)) return false;
  return [...policy.ownHosts].some((own) => withoutPort(own) === host);
}

function findPortProblem(url: URL): string | undefined {
  return WEB_PORTS.has(url.port) ? undefined : `port ${url.port} is not a web port`;
}

function findHostProblem(host: string): string | undefined {
  if (host.startsWith('[')) return findIpv6Problem(host.slice(1, -1));
  const ipv4 = parseIpv4(host);
  return ipv4 === undefined ? findNameProblem(host) : findIpv4Problem(host, ipv4);
}

function findIpv4Problem(host: string, address: number): string | undefined {
  const range = IPV4_RANGES.find(({ base, mask }) => (address & mask) >>> 0 === base);
  return range && `${host} is not a public address (${range.is})`;
}

function findIpv6Problem(host: string): string | undefined {
  const groups = parseIpv6(host);
  if (!isInIpv6Range(groups, GLOBAL_RANGE)) return `${host} is not a public address`;
  const range = IPV6_RANGES.find((candidate) => isInIpv6Range(groups, candidate));
  if (range) return `${host} is not a public address (${range.is})`;
  // RFC 5214: an interface id of 0000:5efe or 0200:5efe is followed by an IPv4 address.
  const isIsatap = groups[5] === 0x5efe && ((groups[4] ?? 0) & ~0x0200) === 0;
  return isIsatap ? `${host} carries an IPv4 address` : undefined;
}

const LABEL = /^[a-z0-9_][a-z0-9_-]{0,62}$/;

function findNameProblem(host: string): string | undefined {
  const labels = host.split('.');
  if (host.length > 253 || !labels.every((label) => LABEL.test(label))) return `${host} is not a host name`;
  if (labels.length < 2) return `${host} is a name inside a network`;
  if (LOCAL_TOP_LEVEL_NAMES.has(labels.at(-1) ?? '')) return `${host} is a name inside a network`;
  const isAddressInName = labels.some((_, i) => ADDRESS_IN_NAME_DOMAINS.has(labels.slice(i).join('.')));
  return isAddressInName ? `${host} stands for an address written in its name` : undefined;
}

function withoutTrailingDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host;
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}

interface Ipv4Range {
  base: number;
  mask: number;
  is: string;
}

interface Ipv6Range {
  groups: readonly number[];
  bits: number;
  is: string;
}

/** The URL parser writes every IPv4 host as four decimal numbers, so nothing else needs to be understood. */
function parseIpv4(host: string): number | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(host)) return undefined;
  return host.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** Eight groups from the form the URL parser writes: lower-case hex, at most one `::`, no dotted tail. */
function parseIpv6(text: string): number[] {
  const [head = '', tail] = text.split('::');
  const toGroups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const left = toGroups(head);
  const right = toGroups(tail ?? '');
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function isInIpv6Range(groups: readonly number[], { groups: base, bits }: Ipv6Range): boolean {
  return groups.every((group, i) => {
    const wanted = Math.min(Math.max(bits - i * 16, 0), 16);
    return group >>> (16 - wanted) === (base[i] ?? 0) >>> (16 - wanted);
  });
}

function toIpv4Range([range, is]: readonly [string, string]): Ipv4Range {
  const [address = '', bits = '32'] = range.split('/');
  return { base: parseIpv4(address) ?? 0, mask: (-1 << (32 - Number(bits))) >>> 0, is };
}

function toIpv6Range([range, is]: readonly [string, string]): Ipv6Range {
  const [address = '', bits = '128'] = range.split('/');
  return { groups: parseIpv6(address), bits: Number(bits), is };
}

const IPV4_RANGES = SPECIAL_IPV4.map(toIpv4Range);
const IPV6_RANGES = SPECIAL_IPV6.map(toIpv6Range);
const GLOBAL_RANGE = toIpv6Range([GLOBAL_IPV6, 'global']);

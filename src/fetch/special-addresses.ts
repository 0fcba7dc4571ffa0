/**
 * What is not on the public internet, or is no place for a feed or a picture: the tables behind `public-address.ts`.
 * Ranges follow the IANA special-purpose address registries (RFC 6890 and its successors), names RFC 6761, 6762, 7686,
 * 8375 and ICANN's reservations.
 */

/** IPv4 ranges that are refused, each with what it is. */
export const SPECIAL_IPV4: readonly (readonly [range: string, is: string])[] = [
  ['0.0.0.0/8', 'this host'],
  ['10.0.0.0/8', 'a private network'],
  ['100.64.0.0/10', 'a carrier-grade NAT'],
  ['127.0.0.0/8', 'loopback'],
  // A Microsoft address that looks public; inside Azure it answers with the machine's own configuration.
  ['168.63.129.16/32', 'the Azure host'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'a private network'],
  ['192.0.0.0/24', 'reserved for protocols'],
  ['192.0.2.0/24', 'reserved for documentation'],
  ['192.31.196.0/24', 'a DNS sink'],
  ['192.52.193.0/24', 'a multicast relay'],
  ['192.88.99.0/24', 'a 6to4 relay'],
  ['192.168.0.0/16', 'a private network'],
  ['192.175.48.0/24', 'a DNS sink'],
  ['198.18.0.0/15', 'reserved for benchmarks'],
  ['198.51.100.0/24', 'reserved for documentation'],
  ['203.0.113.0/24', 'reserved for documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
];

/** The only IPv6 range that is handed out to networks; everything outside is refused. */
export const GLOBAL_IPV6 = '2000::/3';

/** IPv6 ranges inside `GLOBAL_IPV6` that are refused all the same. */
export const SPECIAL_IPV6: readonly (readonly [range: string, is: string])[] = [
  // Teredo, ORCHID and benchmarks among others; Teredo carries an IPv4 address.
  ['2001::/23', 'reserved for protocols'],
  ['2001:db8::/32', 'reserved for documentation'],
  // Carries an IPv4 address, which may be a private one.
  ['2002::/16', 'a 6to4 address'],
  ['2620:4f:8000::/48', 'a DNS sink'],
  ['3fff::/20', 'reserved for documentation'],
];

/** Top-level names that only mean something inside a network, with or without something before them. */
export const LOCAL_TOP_LEVEL_NAMES: ReadonlySet<string> = new Set([
  'alt',
  // Reverse zones and home.arpa.
  'arpa',
  'consul',
  'corp',
  'docker',
  'home',
  'i2p',
  'internal',
  'intranet',
  'invalid',
  'lan',
  'local',
  'localdomain',
  'localhost',
  'localnet',
  // ICANN will not hand it out, because so many networks use it.
  'mail',
  'onion',
  'private',
  // Kubernetes.
  'svc',
  // RFC 6761 lets a private network resolve it. `example` is left alone: it resolves nowhere.
  'test',
  'workgroup',
]);

/**
 * Public domains whose names resolve to whatever address is written in the name, or straight to loopback. A Worker
 * cannot see what a name resolves to, so the known ones are refused by name.
 */
export const ADDRESS_IN_NAME_DOMAINS: ReadonlySet<string> = new Set([
  '127-0-0-1.org.uk',
  '1u.ms',
  'backname.io',
  'ddev.site',
  'fuf.me',
  'ip6.name',
  'lacolhost.com',
  'lndo.site',
  'local.gd',
  'localho.st',
  'localtest.me',
  'lvh.me',
  'nip.io',
  'rbndr.us',
  'rebind.it',
  'rebind.network',
  'sslip.io',
  'traefik.me',
  'vcap.me',
  'xip.io',
  'xip.name',
]);

/** Ports on which the web is served; others belong to databases, mail and control interfaces. */
export const WEB_PORTS: ReadonlySet<string> = new Set(['', '80', '443', '8000', '8080', '8443']);

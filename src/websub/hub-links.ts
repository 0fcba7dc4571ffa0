/** Where a feed's news can be had without asking for it. Both addresses are absolute. */
export interface HubLinks {
  hub: string;
  /** What to subscribe to: the address the feed gives itself. */
  topic: string;
}

/** Feeds that have a hub and do not say so, by the host of their address. */
const UNDECLARED_HUBS = new Map([['www.youtube.com', 'https://pubsubhubbub.appspot.com/subscribe']]);

/**
 * A feed's hub and topic: from `Link` headers first, then from the document (WebSub, 4). Undefined where there is no hub,
 * or no address to subscribe to.
 */
export function findHub(feed: {
  /** The `Link` header. */
  link?: string | undefined;
  /** Where the feed came from. */
  url: string;
  hub?: string | undefined;
  selfLink?: string | undefined;
}): HubLinks | undefined {
  const inHeader = (rel: string) => findLink(feed.link ?? '', rel);
  const undeclared = UNDECLARED_HUBS.get(new URL(feed.url).host);
  if (undeclared !== undefined) return { hub: undeclared, topic: feed.url };
  const hub = absolute(inHeader('hub') ?? feed.hub, feed.url);
  const topic = absolute(inHeader('self') ?? feed.selfLink, feed.url);
  return hub === undefined || topic === undefined ? undefined : { hub, topic };
}

/** The target of the first link with a relation in a `Link` header (RFC 8288, 3). */
function findLink(header: string, rel: string): string | undefined {
  for (const [, target, parameters = ''] of header.matchAll(/<([^<>]*)>([^<]*)/g)) {
    const [, quoted, bare] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters) ?? [];
    const relations = (quoted ?? bare ?? '').toLowerCase().split(/\s+/);
    if (relations.includes(rel)) return target;
  }
  return undefined;
}

/** What a feed says is stored and sent on. */
const LONGEST_ADDRESS = 2000;

function absolute(address: string | undefined, base: string): string | undefined {
  if (address === undefined || !URL.canParse(address, base)) return undefined;
  const { protocol, href } = new URL(address, base);
  const isWeb = protocol === 'http:' || protocol === 'https:';
  return isWeb && href.length <= LONGEST_ADDRESS ? href : undefined;
}

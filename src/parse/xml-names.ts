/**
 * Names in feeds, made canonical: a namespace is known by its address and given the prefix that is customary for it;
 * the vocabularies of RSS, Atom and CDF themselves share the empty prefix.
 */

/** Addresses (lower-case, without a final slash) and the prefix each is given. */
const PREFIX_OF = new Map<string, string>([
  ['http://www.w3.org/2005/atom', ''],
  ['http://purl.org/atom/ns#', ''],
  ['http://purl.org/echo', ''],
  ['http://purl.org/pie', ''],
  ['http://example.com/newformat#', ''],
  ['http://example.com/necho', ''],
  ['uri/of/echo/namespace#', ''],
  ['http://purl.org/rss/1.0', ''],
  ['http://purl.org/net/rss1.1#', ''],
  ['http://channel.netscape.com/rdf/simple/0.9', ''],
  ['http://my.netscape.com/rdf/simple/0.9', ''],
  ['http://my.netscape.com/publish/formats/rss-0.91.dtd', ''],
  ['http://purl.org/rss/1.0/modules/rss091', ''],
  ['http://purl.org/rss/1.0/modules/rss091#', ''],
  ['http://backend.userland.com/rss', ''],
  ['http://backend.userland.com/rss2', ''],
  ['http://backend.userland.com/rss091', ''],
  ['http://blogs.law.harvard.edu/tech/rss', ''],
  ['http://www.rssboard.org/rss-specification', ''],
  ['http://cyber.law.harvard.edu/rss/rss.html', ''],
  ['http://www.w3.org/1999/02/22-rdf-syntax-ns#', 'rdf'],
  ['http://www.w3.org/1999/xhtml', 'xhtml'],
  ['http://www.w3.org/tr/xhtml1', 'xhtml'],
  ['http://www.w3.org/xml/1998/namespace', 'xml'],
  ['http://purl.org/dc/elements/1.0', 'dc'],
  ['http://purl.org/dc/elements/1.1', 'dc'],
  ['http://purl.org/dc/terms', 'dcterms'],
  ['http://purl.org/rss/1.0/modules/content', 'content'],
  ['http://purl.org/rss/1.0/modules/syndication', 'sy'],
  ['http://search.yahoo.com/mrss', 'media'],
  ['http://video.search.yahoo.com/mrss', 'media'],
  ['http://www.itunes.com/dtds/podcast-1.0.dtd', 'itunes'],
  ['http://www.itunes.com/dtds/itunes-1.0.dtd', 'itunes'],
  ['http://itunes.com/dtds/podcast-1.0.dtd', 'itunes'],
  ['http://www.google.com/schemas/play-podcasts/1.0', 'googleplay'],
  ['http://rssnamespace.org/feedburner/ext/1.0', 'feedburner'],
  ['http://purl.org/syndication/thread/1.0', 'thr'],
  ['http://wellformedweb.org/commentapi', 'wfw'],
  ['http://purl.org/rss/1.0/modules/slash', 'slash'],
  ['http://www.w3.org/2000/svg', 'svg'],
  ['http://www.w3.org/1998/math/mathml', 'mathml'],
]);

/** Prefixes that documents use, undeclared too, for the vocabularies with the empty one. */
const CORE_PREFIXES = new Set(['atom', 'atom03', 'atom10', 'a', 'a10', 'rss', 'rss091', 'rss2', 'cdf']);

/** The namespaces in force at one place of a document. */
export class NameScope {
  readonly #parent: NameScope | undefined;
  readonly #declared = new Map<string, string>();
  readonly #resolved = new Map<string, string>();

  constructor(parent?: NameScope) {
    this.#parent = parent;
  }

  /** A scope for the inside of an element that declares namespaces. */
  inner(): NameScope {
    return new NameScope(this);
  }

  /** Binds `prefix` (empty for the default namespace) to an address. */
  declare(prefix: string, address: string): void {
    this.#resolved.clear();
    const key = address.trim().toLowerCase().replace(/\/$/, '');
    const atomDraft = key.startsWith('http://purl.org/atom/ns#') ? '' : undefined;
    this.#declared.set(prefix, PREFIX_OF.get(key) ?? atomDraft ?? this.#unknown(prefix, key));
  }

  /** The canonical name of a lower-case name as written: `title`, `dc:date`, `content:encoded`. */
  resolve(name: string): string {
    const known = this.#resolved.get(name);
    if (known !== undefined) return known;
    const colon = name.indexOf(':');
    const prefix = colon < 0 ? '' : name.slice(0, colon);
    const canonical = this.#canonical(prefix);
    const local = name.slice(colon + 1);
    const resolved = canonical === '' ? local : `${canonical}:${local}`;
    // what an attacker sizes is not kept
    if (this.#resolved.size < 1000) this.#resolved.set(name, resolved);
    return resolved;
  }

  #canonical(prefix: string): string {
    const declared = this.#lookUp(prefix);
    if (declared !== undefined) return declared;
    return CORE_PREFIXES.has(prefix) ? '' : prefix;
  }

  #lookUp(prefix: string): string | undefined {
    const declared = this.#declared.get(prefix);
    if (declared !== undefined || this.#parent === undefined) return declared;
    return this.#parent.#lookUp(prefix);
  }

  /**
   * An address nobody knows. A customary prefix is more trustworthy than a mistyped address; a default namespace on
   * the root is some dialect of RSS or Atom, while further in it is foreign matter.
   */
  #unknown(prefix: string, address: string): string {
    if (prefix !== '') return CORE_PREFIXES.has(prefix) ? '' : prefix;
    const isRoot = this.#parent === undefined || this.#parent.#parent === undefined;
    return isRoot || address === '' ? '' : 'foreign';
  }
}

/** What a URI cannot hold (RFC 3986, appendix A), but addresses of the web may. */
const NOT_IN_URI = /[^\w~!$&'()*+,;=:@%./?#-]|%(?![0-9A-Fa-f]{2})/g;
const BEFORE_PATH = /^https?:\/\/(?:\[[^\]]*\])?/;

/** What most addresses are: all of it may stand in a URI. */
const PLAIN = /^https?:\/\/[\w~!$&'()*+,;=:@./?-]*$/;

/** An address as a URI, which is what feeds are to hold and strict readers take; servers are asked for the same. */
export function toUri(url: string): string {
  if (PLAIN.test(url)) return url;
  const before = BEFORE_PATH.exec(url)?.[0] ?? '';
  const [start = '', ...fragments] = url.slice(before.length).replace(NOT_IN_URI, encodeCharacter).split('#');
  return before + (fragments.length === 0 ? start : `${start}#${fragments.join('%23')}`);
}

function encodeCharacter(character: string): string {
  return encodeURIComponent(character.toWellFormed());
}

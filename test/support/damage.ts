/** Damages feed documents as the web damages them, the same way for the same seed. */

/** A small generator of random numbers in [0, 1) (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export type Damage = (document: string, next: () => number) => string;

/** What was seen in real feeds. Every item stays readable, except where the document is cut. */
export const DAMAGES: Readonly<Record<string, Damage>> = {
  'truncated half-way': (document) => document.slice(0, Math.floor(document.length / 2)),
  'truncated anywhere': (document, next) =>
    document.slice(0, Math.floor(document.length * (0.5 + next() / 2))),
  'unescaped < in titles': (document) => document.replace(ITEM_TITLE, '$1a < b $2'),
  'unescaped < before a letter in titles': (document) => document.replace(ITEM_TITLE, '$1a <b $2'),
  'unescaped <br> in titles': (document) => document.replace(ITEM_TITLE, '$1a<br>b $2'),
  'unclosed comment after the root': (document) => `${document.trimEnd()}<!-- generated in 3 ms`,
  'script after the root': (document) => `${document.trimEnd()}<script>if (a < b && c) document.write("<p>")`,
  'unclosed CDATA in the last item': unclosedCdata,
  'closing tags in the wrong case': (document) =>
    document.replace(/<\/(title|description|content)>/g, (_, name: string) => `</${name.toUpperCase()}>`),
  'PHP notice before the prolog': (document) =>
    `<br />\n<b>Notice</b>:  Undefined index: x in <b>/srv/feed.php</b> on line <b>3</b><br />\n${document}`,
  'blank lines before the prolog': (document) => `\n\n  \n${document}`,
  'byte order mark twice': (document) => `\ufeff\ufeff${document}`,
  'control characters': (document, next) => sprinkle(document, next, () => '\u0008'),
  'bare ampersands': (document, next) => sprinkle(document, next, () => ' & '),
  'HTML entities': (document, next) => sprinkle(document, next, () => '&nbsp;&eacute;'),
  'namespaces not declared': (document) => document.replace(/\sxmlns:[\w-]+\s*=\s*("[^"]*"|'[^']*')/g, ''),
  'end tags of items missing': (document) => document.replace(/<\/(?:item|entry)>/g, ''),
  'some end tags missing': (document, next) =>
    document.replace(/<\/(?:title|guid|id|pubDate|updated)>/g, (tag) => (next() < 0.2 ? '' : tag)),
  'crossed end tags': (document) =>
    document.replace(/<\/(description|summary)>(\s*)<\/(item|entry)>/g, '</$3>$2</$1>'),
  'attributes without quotes': (document) =>
    document.replace(/ (isPermaLink|rel|type)="([\w-]+)"/g, ' $1=$2'),
};

const ITEM_TITLE = /(<(?:item|entry)\b[^>]*>\s*<title[^>]*>(?:\s*<!\[CDATA\[)?)(?=[^<]*)()/g;

/** Puts something between words of texts outside tags and CDATA, about once in every 300 characters. */
function sprinkle(document: string, next: () => number, what: () => string): string {
  return document.replace(/(>[^<>]*\w) (?=\w[^<>]*<\/)/g, (whole, before: string) =>
    next() < 0.5 ? `${before}${what()}` : whole,
  );
}

function unclosedCdata(document: string): string {
  const end = document.lastIndexOf(']]>');
  return end < 0 ? document : document.slice(0, end) + document.slice(end + 3);
}

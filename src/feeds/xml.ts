import { XMLBuilder } from 'fast-xml-parser';
import { escapeAttribute, escapeText } from '../markup/escape.ts';

/** Characters XML 1.0 does not allow (section 2.2), written as references or not; a reader drops a feed with one. */
const ILLEGAL = /[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g;

/** Those, and what may be half a surrogate pair. */
const NEEDS_CARE = /[\0-\x08\x0B\x0C\x0E-\x1F\uD800-\uDFFF\uFFFE\uFFFF]/;

/** Elements of plain text, and the text of elements with attributes. */
const PLAIN_TEXT: ReadonlySet<string> = new Set(['title', 'summary', '#']);

const OPTIONS = {
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#',
  cdataPropName: '!',
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
  // nobody asks for the path of each node
  jPath: false,
  // the builder would go through each text five times, and let line breaks in attributes be folded
  processEntities: false,
  tagValueProcessor: (name: string, text: unknown) =>
    text === BODY
      ? PLACE_OF_A_BODY
      : PLAIN_TEXT.has(name)
        ? escapePlainText(String(text))
        : escapeText(String(text)),
  attributeValueProcessor: (_: string, text: unknown) => escapeAttribute(String(text)),
};

const builder = new XMLBuilder(OPTIONS);

/** What an element is that holds a body: `toXml` fills it. No text of a feed is the same. */
export const BODY = Symbol('body');
/** The content of one that has attributes besides. */
export const BODY_INSIDE = { '!': '' };
/** What the builder writes for either, and for nothing else, since every `<` in a text is escaped. */
const PLACE_OF_A_BODY = '<![CDATA[]]>';

/**
 * Writes an XML document: keys beginning with `@` are attributes, `#` is text, an array repeats its element, and
 * undefined leaves it out. `bodies` are markup for the elements with a `BODY`, in their order; the builder would copy
 * each of them once for every element around it. Everything is escaped once; what XML cannot hold is dropped.
 */
export function toXml(document: Record<string, unknown>, bodies: readonly string[] = []): string {
  const [start, ...rest] = builder.build(document).split(PLACE_OF_A_BODY);
  let text = `<?xml version="1.0" encoding="UTF-8"?>\n${start}`;
  rest.forEach((part, index) => {
    text += `<![CDATA[${safeInCdata(bodies[index] ?? '')}]]>${part}`;
  });
  text += '\n';
  return NEEDS_CARE.test(text) ? text.replace(ILLEGAL, '').toWellFormed() : text;
}

/** Markup as character data: what would end the section is divided between two. */
function safeInCdata(markup: string): string {
  return markup.includes(']]>') ? markup.replaceAll(']]>', ']]]]><![CDATA[>') : markup;
}

/**
 * Titles, and texts beside attributes, are plain text, but readers disagree on that; a literal `&` or `<` written as a
 * hexadecimal reference is what most of them show as it is (RSS Advisory Board profile, 2.1).
 */
function escapePlainText(text: string): string {
  return escapeText(text).replaceAll('&amp;', '&#x26;').replaceAll('&lt;', '&#x3C;');
}

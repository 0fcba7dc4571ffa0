import { XMLBuilder } from 'fast-xml-parser';
import { escapeAttribute, escapeText } from '../markup/escape.ts';

/**
 * What an element holds: attributes (`@name`), elements, and its text (`#`) or markup for readers (`!`). An array repeats
 * its element, and undefined leaves it out.
 */
export interface XmlElement {
  readonly [name: string]: XmlContent | undefined;
}
type XmlContent = string | number | XmlElement | readonly XmlContent[];

/** Elements of plain text, and the text of elements with attributes. */
const PLAIN_TEXT: ReadonlySet<string> = new Set(['title', 'summary', '#']);

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#',
  // what stands in these it writes as it is; else it would go through each text five times, and let line breaks in
  // attributes be folded
  stopNodes: ['rss', 'feed'],
});

/** Stands for markup until the builder is done, which would copy it. Nothing that it writes is the same. */
const PLACE_OF_MARKUP = '<>';

/** Writes an RSS or Atom document. Everything is escaped once; what XML cannot hold is dropped. */
export function toXml(document: XmlElement): string {
  const sections: string[] = [];
  const frame = withoutIllegal(builder.build(escapeElement(document, sections)));
  const [start, ...rest] = frame.split(PLACE_OF_MARKUP);
  let text = `<?xml version="1.0" encoding="UTF-8"?>\n${start}`;
  rest.forEach((part, index) => {
    text += `${sections[index]}${part}`;
  });
  return `${text}\n`;
}

/** An element with its texts escaped, and its markup put into `sections`, in the order of the document. */
function escapeElement(element: XmlElement, sections: string[]): XmlElement {
  const escaped: Record<string, XmlContent> = {};
  for (const name in element) {
    const content = element[name];
    if (content === undefined) continue;
    if (name === '!') {
      sections.push(toCdata(String(content)));
      escaped['#'] = PLACE_OF_MARKUP;
    } else {
      escaped[name] = escapeContent(name, content, sections);
    }
  }
  return escaped;
}

function escapeContent(name: string, content: XmlContent, sections: string[]): XmlContent {
  if (typeof content !== 'object') return escapeValue(name, String(content));
  return isArray(content)
    ? content.map((each) => escapeContent(name, each, sections))
    : escapeElement(content, sections);
}

function escapeValue(name: string, text: string): string {
  if (name.startsWith('@')) return escapeAttribute(text);
  return PLAIN_TEXT.has(name) ? escapePlainText(text) : escapeText(text);
}

/** As `Array.isArray`, which does not tell the compiler about read-only ones. */
function isArray(content: XmlContent): content is readonly XmlContent[] {
  return Array.isArray(content);
}

/** Markup as a CDATA section: what would end it is divided between two. */
function toCdata(markup: string): string {
  // first, because what is dropped may have parted the end of a section
  const legal = withoutIllegal(markup);
  const safe = legal.includes(']]>') ? legal.replaceAll(']]>', ']]]]><![CDATA[>') : legal;
  return `<![CDATA[${safe}]]>`;
}

/**
 * Titles, and texts beside attributes, are plain text, but readers disagree on that; a literal `&` or `<` written as a
 * hexadecimal reference is what most of them show as it is (RSS Advisory Board profile, 2.1).
 */
function escapePlainText(text: string): string {
  return /[&<>]/.test(text)
    ? text.replace(/&/g, '&#x26;').replace(/</g, '&#x3C;').replace(/>/g, '&gt;')
    : text;
}

/** Characters XML 1.0 does not allow (section 2.2), written as references or not; a reader drops a feed with one. */
const ILLEGAL = /[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g;

function withoutIllegal(text: string): string {
  // three quick searches: workerd takes four times as long for one expression with all of them
  const isLegal =
    !/[\0-\x08\x0B\x0C\x0E-\x1F]/.test(text) && !text.includes('\uFFFE') && !text.includes('\uFFFF');
  return (isLegal ? text : text.replace(ILLEGAL, '')).toWellFormed();
}

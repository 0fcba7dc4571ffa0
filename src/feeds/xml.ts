import { XMLBuilder } from 'fast-xml-parser';
import { escapeAttribute, escapeText } from '../markup/escape.ts';

/** Characters XML 1.0 does not allow (section 2.2), written as references or not; a reader drops a feed with one. */
const ILLEGAL = /[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g;

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#',
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
});

/** Entries that are written already, and the end tags of the elements they come last in. */
interface Entries {
  text: string;
  endTags: string;
}

/**
 * Writes an XML document: keys beginning with `@` are attributes, `#` is text, an array repeats its element, and
 * undefined leaves it out. Everything is escaped once; what XML cannot hold is dropped.
 */
export function toXml(document: Record<string, unknown>, entries?: Entries): string {
  let text: string = builder.build(document);
  if (entries) text = text.slice(0, -entries.endTags.length) + entries.text + entries.endTags;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${text.replace(ILLEGAL, '').toWellFormed()}\n`;
}

/**
 * One element of an entry, or nothing where there is no content. The hundreds of entries of a feed are written this
 * way, because the builder takes three times as long for them.
 */
export function element(name: string, content: string | undefined): string {
  return content === undefined || content === '' ? '' : `<${name}>${escapeText(content)}</${name}>`;
}

/** An element with attributes, of which undefined ones are left out; without text it is empty. */
export function elementWith(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  text = '',
): string {
  let tag = `<${name}`;
  for (const key in attributes) {
    const value = attributes[key];
    if (value !== undefined) tag += ` ${key}="${escapeAttribute(value)}"`;
  }
  return text === '' ? `${tag}/>` : `${tag}>${escapeText(text)}</${name}>`;
}

/** Markup as character data: what would end the section is divided between two. */
export function cdata(markup: string): string {
  return `<![CDATA[${markup.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}

import { XMLBuilder } from 'fast-xml-parser';

/** Characters XML 1.0 does not allow (section 2.2), written as references or not; a reader drops a feed with one. */
const ILLEGAL = /[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g;

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#',
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
});

/**
 * Writes an XML document: keys beginning with `@` are attributes, `#` is text, an array repeats its element, and
 * undefined leaves it out. Everything is escaped once; what XML cannot hold is dropped.
 */
export function toXml(document: Record<string, unknown>): string {
  const body: string = builder.build(document);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body.replace(ILLEGAL, '').toWellFormed()}\n`;
}

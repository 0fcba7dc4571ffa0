/** Escapes text for the content of an HTML or XML element. */
export function escapeText(text: string): string {
  if (!/[&<>]/.test(text)) return text;
  // replacing one fixed string by another is native work
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/**
 * Escapes text for a double-quoted attribute. Line breaks and tabs are written as references, because XML parsers
 * fold them to spaces (XML 1.0, 3.3.3).
 */
export function escapeAttribute(text: string): string {
  if (!/[&<>"\t\n\r]/.test(text)) return text;
  // most have an ampersand, of an address, and none of the others
  const escaped = text.replace(/&/g, '&amp;');
  return /[<>"\t\n\r]/.test(escaped)
    ? escaped.replace(/[<>"\t\n\r]/g, (character) => ATTRIBUTE_REFERENCES[character] ?? character)
    : escaped;
}

const ATTRIBUTE_REFERENCES: Record<string, string> = {
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Escapes text for the content of an HTML or XML element. */
export function escapeText(text: string): string {
  return /[&<>]/.test(text)
    ? text.replace(/[&<>]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&gt;'))
    : text;
}

/**
 * Escapes text for a double-quoted attribute. Line breaks and tabs are written as references, because XML parsers
 * fold them to spaces (XML 1.0, 3.3.3).
 */
export function escapeAttribute(text: string): string {
  return /[&<>"\t\n\r]/.test(text)
    ? text.replace(/[&<>"\t\n\r]/g, (c) => ATTRIBUTE_REFERENCES[c] ?? c)
    : text;
}

const ATTRIBUTE_REFERENCES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

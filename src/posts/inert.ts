const FULL_WIDTH: Record<string, string> = { '<': '＜', '>': '＞', '{': '｛', '}': '｝', '=': '＝' };

/**
 * A text that blog themes may print anywhere without escaping, as they do: `<`, `>` and braces become their full-width
 * forms; `=` too where the text has a quote, because both together end an attribute and begin another.
 */
export function inertText(text: string): string {
  return text.replace(/["'`]/.test(text) ? /[<>{}=]/g : /[<>{}]/g, (c) => FULL_WIDTH[c] ?? c);
}

/** An address that themes may print into attributes and into CSS `url(…)`: what could end either is percent-encoded. */
export function inertUrl(url: string): string {
  return url.replace(
    /['"<>`\\{}()\s]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/**
 * A body as one line that begins with `<div>`: a CommonMark HTML block (type 6), in which no renderer sees Markdown.
 * Braces are written as references, because Nunjucks, Liquid, Hugo's shortcodes and MDX all begin with one; U+FFFC is
 * dropped, because Hexo uses it for placeholders of its own and crashes on a forged one; `[^` is written with a
 * reference, because the Hexo theme Fluid looks for footnotes even there.
 */
export function inertBody(html: string): string {
  const line = html
    .replaceAll('\uFFFC', '')
    .replaceAll('{', '&#123;')
    .replaceAll('}', '&#125;')
    .replaceAll('[^', '[&#94;')
    .replace(/\r\n?/g, '\n');
  return `<div>${line.includes('\n') ? joinLines(line) : line}</div>`;
}

/** Line breaks become spaces, but references inside `pre`, where they are seen; a `pre` may lie in another. */
function joinLines(html: string): string {
  let depth = 0;
  return html.replace(/<pre(?=[ >])|<\/pre>|\n/g, (found) => {
    if (found === '\n') return depth > 0 ? '&#10;' : ' ';
    depth += found === '</pre>' ? -1 : 1;
    return found;
  });
}

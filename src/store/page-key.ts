/**
 * SQL for the page that a link leads to: no scheme, `www.`, `m.`, fragment or slash at the end; links that differ in
 * nothing else are one page. The index `articles_by_page` is on this expression of `link`, word for word.
 */
export function pageKey(link: string): string {
  return `rtrim(replace(replace(substr(${link}, instr(${link}, '://'), instr(${link} || '#', '#') - instr(${link}, '://')), '://www.', '://'), '://m.', '://'), '/')`;
}

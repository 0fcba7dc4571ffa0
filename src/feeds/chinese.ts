import type { Article } from '../article.ts';
import type { Converter } from '../chinese/converter.ts';
import { Tokenizer } from '../markup/tokenizer.ts';

/** Languages with Chinese characters of their own. */
const OTHER_LANGUAGES = /^(?:ja|ko)\b/i;
/** What is typed or copied as it stands. */
const VERBATIM: ReadonlySet<string> = new Set(['code', 'kbd', 'samp']);
/** Attributes that people read. Values are between double quotes in a clean body, and hold none. */
const TEXT_ATTRIBUTE = /( (?:alt|title|label)=")([^"]*)/g;

/**
 * The article in another way to write Chinese: its title, its summary and what people read of its body. Addresses and
 * code stay as they are, and so does an article in a language that only shares characters with Chinese.
 */
export function withChinese(article: Article, { convert, language, isForJapanese }: Converter): Article {
  const { title, summary, contentHtml } = article;
  if (OTHER_LANGUAGES.test(article.language ?? '') && !isForJapanese) return article;
  return {
    ...article,
    title: convert(title),
    ...(summary !== undefined && { summary: convert(summary) }),
    contentHtml: convertMarkup(contentHtml, convert),
    ...(language !== undefined && /^zh\b/i.test(article.language ?? '') && { language }),
  };
}

function convertMarkup(markup: string, convert: (text: string) => string): string {
  const tokens = new Tokenizer(markup, 'html');
  let converted = '';
  let verbatim = 0;
  for (let kind = tokens.next(); kind !== 'end'; kind = tokens.next()) {
    const token = markup.slice(tokens.tokenStart, tokens.position);
    if (kind === 'text' && verbatim === 0) converted += convert(token);
    else if (kind === 'open')
      converted += token.replace(TEXT_ATTRIBUTE, (_, name, value) => name + convert(value));
    else converted += token;
    if (VERBATIM.has(tokens.name)) verbatim += kind === 'open' ? 1 : kind === 'close' ? -1 : 0;
  }
  return converted;
}

import { decodeHTML } from 'entities/decode';
import type { Article } from '../article.ts';
import { escapeText } from '../markup/escape.ts';
import { Tokenizer } from '../markup/tokenizer.ts';

/** The article with the first characters of its text, in one paragraph, for a body. */
export function withBriefBody(article: Article, length: number): Article {
  const characters = [...textOf(article.contentHtml)];
  if (characters.length === 0) return { ...article, contentHtml: '' };
  const text = characters.slice(0, length).join('') + (characters.length > length ? '…' : '');
  return { ...article, contentHtml: `<p>${escapeText(text)}</p>` };
}

function textOf(markup: string): string {
  const tokens = new Tokenizer(markup, 'html');
  let text = '';
  for (let kind = tokens.next(); kind !== 'end'; kind = tokens.next()) {
    // what stood in two elements stays two words
    text += kind === 'text' ? decodeHTML(tokens.raw()) : kind === 'open' && tokens.name !== 'a' ? ' ' : '';
  }
  return text.replace(/\s+/g, ' ').trim();
}

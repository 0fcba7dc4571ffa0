import { decodeHTML } from 'entities/decode';
import { escapeText } from '../markup/escape.ts';
import { Tokenizer } from '../markup/tokenizer.ts';
import { ELEMENTS } from './body/policy.ts';

/**
 * Characters no text keeps: C0 controls and lone surrogates, which XML cannot carry, other controls, which it
 * discourages (XML 1.0, 2.2), and noncharacters, which a program keeps for itself (among them the `IMAGE_MARK`).
 */
const FORBIDDEN = /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f\p{Noncharacter_Code_Point}\p{Surrogate}]/gu;

/** Finds every text with a forbidden character, and others beyond the basic plane; cheaper than looking for each. */
const SUSPECT = /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]/;
/** The same for a text without lone surrogates. */
const SUSPECT_IN_WELL_FORMED = /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f\udffe\udfff\ufdd0-\ufdef\ufffe\uffff]/;

/** The text without forbidden characters, its line breaks as LF. A form feed, white space in HTML, becomes a space. */
export function withoutForbidden(text: string): string {
  const lines = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  if (!SUSPECT.test(lines) || (lines.isWellFormed() && !SUSPECT_IN_WELL_FORMED.test(lines))) return lines;
  return lines.replace(FORBIDDEN, (character) => (character === '\f' ? ' ' : ''));
}

/** The markup without the marks of CDATA sections, which some publishers wrap around what is wrapped already. */
export function withoutCdataMarks(markup: string): string {
  return markup.includes('<![CDATA[') ? markup.replace(/<!\[CDATA\[|\]\]>/g, '') : markup;
}

/** Markup elements that only a title's tags are looked up in, beside those a body may contain. */
const TITLE_MARKUP = new Set(
  'big blink body embed font head html input label link marquee meta nobr script style'.split(' '),
);

/**
 * One line of plain text from a title that is markup, text, or text with references. Known elements are taken away;
 * anything else in angle brackets is text somebody wrote (`Vec<T>`). References are decoded twice at most, for titles
 * escaped twice, and what decoding brings out stays text: `&lt;/example&gt;` is `</example>`.
 */
export function plainTitle(markup: string): string {
  const once = withoutTags(withoutCdataMarks(withoutForbidden(markup)));
  const twice = /&(?:#|[a-z]{2,8};)/i.test(once) ? decodeHTML(once) : once;
  return withoutForbidden(twice).replace(/\s+/g, ' ').trim().normalize('NFC');
}

function withoutTags(markup: string): string {
  if (!markup.includes('<')) return decodeHTML(markup);
  const tokens = new Tokenizer(markup, 'html');
  let text = '';
  for (;;) {
    const kind = tokens.next();
    if (kind === 'end') return text + decodeHTML(markup.slice(tokens.tokenStart));
    if (kind === 'text') text += decodeHTML(tokens.raw());
    if (kind === 'open' || kind === 'close') text += replacement(tokens);
  }
}

function replacement(tokens: Tokenizer): string {
  const kind = ELEMENTS.get(tokens.name)?.kind;
  if (kind === undefined && !TITLE_MARKUP.has(tokens.name)) {
    return decodeHTML(tokens.source.slice(tokens.tokenStart, tokens.position));
  }
  return kind === undefined || kind === 'inline' ? '' : ' ';
}

/** Plain text as markup: an empty line begins a paragraph, every other line break is kept. */
export function plainToHtml(text: string): string {
  return withoutForbidden(text)
    .split(/\n[^\S\n]*\n\s*/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => `<p>${escapeText(paragraph).replaceAll('\n', '<br>\n')}</p>`)
    .join('\n');
}

const SUMMARY_LENGTH = 200;

/** The beginning of a text in one line, cut at a word; undefined when there is no text. */
export function summarise(text: string): string | undefined {
  const short = oneLine(text.slice(0, 2 * SUMMARY_LENGTH));
  const line =
    short.length > SUMMARY_LENGTH ? short : oneLine(text.trimStart().slice(0, 10 * SUMMARY_LENGTH));
  if (line.length <= SUMMARY_LENGTH) return line === '' ? undefined : line;
  const start = line.slice(0, SUMMARY_LENGTH);
  const space = start.lastIndexOf(' ');
  // scripts without spaces are cut at the length, but not within a character and what combines with it
  const cut =
    space > 0.75 * SUMMARY_LENGTH
      ? start.slice(0, space)
      : start.replace(/(?:[\ud800-\udbff]|\u200d|\ufe0f)+$/, '');
  return `${withoutSeparators(cut)}…`;
}

/** A line without the separators it ends in. An expression would look for them from every character on. */
function withoutSeparators(line: string): string {
  let end = line.length;
  while (end > 0 && SEPARATORS.includes(line.charAt(end - 1))) end--;
  return line.slice(0, end);
}

const SEPARATORS = ' ,;:，、；：';

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

const UNSPACED = /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+/g;
const SPACED = /[^\s\u3000-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]+/g;

/** Words between spaces, and one for each character of Chinese and Japanese. */
export function countWords(text: string): number {
  let words = text.length;
  for (const spaced of text.split(UNSPACED)) words += (spaced.match(SPACED)?.length ?? 0) - spaced.length;
  return words;
}

import { decodeHTML } from 'entities/decode';
import { IMAGE_MARK } from '../article.ts';
import { escapeAttribute, escapeText } from '../markup/escape.ts';
import { Tokenizer } from '../markup/tokenizer.ts';
import { FRAME_ATTRIBUTES, findFrame } from './body/frames.ts';
import {
  findBackground,
  findPicture,
  isHeadAddress,
  isHeadPicture,
  isTracker,
  offeredBy,
  type Picture,
} from './body/pictures.ts';
import { type AttributeRule, ELEMENTS, type ElementKind, type ElementRule, VOID } from './body/policy.ts';
import { bestCandidate, type Candidate, pictureUrl } from './body/srcset.ts';
import { decoded, Tag } from './body/tag.ts';
import { TreeWriter } from './body/tree-writer.ts';
import { absoluteUrl, contactUrl, withoutTracking } from './links.ts';
import { countWords, summarise, withoutCdataMarks, withoutForbidden } from './plain-text.ts';

const MAX_VALUE = 2000;
/** Characters of text; more than a summary looks at. */
const START_LENGTH = 4000;
const MAX_MUTED_DEPTH = 200;
/** Of all sources of a `picture`, which an attacker counts. */
const MAX_CANDIDATES = 64;

export interface CleanBody {
  /** Markup that is safe, well-formed and stable; each picture address stands behind an `IMAGE_MARK`. */
  html: string;
  /** Absolute addresses of the pictures kept, in order and unmarked: sources, `srcset` candidates and posters. */
  pictures: string[];
  /** The first picture that can stand for the article. */
  headImage?: string;
  /** Plain text, about 200 characters, cut at a word with …; absent when there is none. */
  summary?: string;
  /** Length of the text: words, and one for each character of scripts written without spaces. Counted when asked for. */
  readonly words: number;
  /** The beginning of the text, some thousand characters. */
  start: string;
}

/**
 * Cleans the markup of a body in one pass: what can do harm is left out, references become absolute, pictures that
 * wait for a script get their address, and everything a feed needs to know about the body is found on the way.
 *
 * `base` resolves relative references; without it they are dropped. `scope` goes before every id, so that the ids of
 * two articles on one page differ. Cleaning the result again gives the same result.
 */
export function cleanBody(markup: string, options: { base?: string; scope: string }): CleanBody {
  return new BodyCleaner(withoutCdataMarks(withoutForbidden(markup)), options).clean();
}

/** How an element with the `hidden` attribute ends without an end tag: by one of these. */
const HIDDEN_UNTIL: Partial<Record<ElementKind, readonly ElementKind[]>> = {
  paragraph: ['paragraph', 'block', 'heading', 'table', 'rule'],
  item: ['item'],
  term: ['term'],
  cell: ['cell', 'row', 'section'],
  row: ['row', 'section'],
  section: ['section'],
};

const PICTURE_PARTS: ReadonlySet<ElementKind> = new Set<ElementKind>(['image', 'picture', 'source']);

/** A picture with its markup, ready to be shown. */
interface ReadyPicture {
  picture: Picture;
  html: string;
  /** The addresses a browser may load for it, beside the picture's own. */
  others: readonly Candidate[];
  /** Whether it can stand for the article. */
  isHead: boolean;
}

/**
 * A picture from a `noscript` or a background gives way to an `img` beside it; an `img` of which a script would have
 * made another picture gives way to the `noscript` beside it.
 */
interface Substitute extends ReadyPicture {
  from: 'noscript' | 'background' | 'image';
}

class BodyCleaner {
  readonly #tokens: Tokenizer;
  readonly #tag: Tag;
  readonly #base: string | undefined;
  readonly #scope: string;
  readonly #siteHost: string | undefined;
  readonly #writer = new TreeWriter();
  readonly #pictures = new Set<string>();
  #headImage: string | undefined;
  #text = '';
  /** Where the line of the text ends that reaches `START_LENGTH`. */
  #startEnd: number | undefined;

  /** Names of the elements open inside one that is left out with its content, itself included. */
  readonly #muted: string[] = [];
  #mutedKind: ElementKind | undefined;
  /** The language that an open element names for the code inside it, and how deep that element is. */
  #codeAround: { language: string; depth: number } | undefined;
  /** The sources of the `picture` we are in. */
  #sources: { html: string; candidates: Candidate[] } | undefined;
  /** A picture that is shown unless one beside it is. */
  #substitute: Substitute | undefined;
  /** What the last `img` showed, as long as nothing has come between. */
  #neighbour: 'picture' | 'nothing' | undefined;
  /** Pictures shown from a `noscript`, which a script-fed one would show again. */
  readonly #fromNoscript = new Set<string>();

  constructor(markup: string, options: { base?: string; scope: string }) {
    this.#tokens = new Tokenizer(markup, 'html');
    this.#tag = new Tag(this.#tokens);
    this.#base = options.base;
    this.#scope = options.scope;
    this.#siteHost = /^https?:\/\/([^/?#:]{1,256})/i.exec(options.base ?? '')?.[1];
  }

  clean(): CleanBody {
    const writer = this.#writer;
    while (!writer.full && this.#step());
    this.#endPicture();
    this.#showSubstitute();
    const html = writer.end();
    const text = this.#text;
    const summary = summarise(text);
    return {
      html,
      pictures: [...this.#pictures],
      ...(this.#headImage === undefined ? {} : { headImage: this.#headImage }),
      ...(summary === undefined ? {} : { summary }),
      get words() {
        return countWords(text);
      },
      start: text.slice(0, this.#startEnd),
    };
  }

  /** Takes one token; false at the end. Comments, declarations and the content of raw-text elements leave nothing. */
  #step(): boolean {
    switch (this.#tokens.next()) {
      case 'end':
        return false;
      case 'text':
        if (this.#muted.length === 0) this.#addText();
        else if (this.#mutedKind === 'noscript') this.#escapedPictures();
        return true;
      case 'open':
        this.#openTag();
        return true;
      case 'close':
        this.#closeTag();
        return true;
      default:
        return true;
    }
  }

  #addText(): void {
    const isBare = this.#tokens.isBareText;
    const raw = this.#tokens.raw();
    const text = isBare ? raw : decoded(raw, decodeHTML);
    if ((this.#substitute !== undefined || this.#neighbour !== undefined) && /\S/.test(text)) {
      this.#showSubstitute();
      this.#neighbour = undefined;
    }
    if (!this.#writer.quiet) this.#text += text;
    this.#writer.text(isBare ? text : escapeText(text));
  }

  #endLine(): void {
    if (this.#text.length >= START_LENGTH) this.#startEnd ??= this.#text.length;
    this.#text += '\n';
  }

  #openTag(): void {
    const tokens = this.#tokens;
    const rule = ELEMENTS.get(tokens.name);
    // XHTML writes `<iframe/>` and `<script/>`, behind which no raw text follows
    if (tokens.selfClosing) tokens.skipTo(tokens.position);
    if (this.#muted.length > 0 && !this.#isHeard(rule)) return;
    if (rule?.kind === 'dropped' || rule?.kind === 'noscript' || this.#isHidden(rule)) this.#mute(rule);
    else if (rule === undefined) this.#showBackground();
    else this.#openElement(rule);
  }

  #isHidden(rule: ElementRule | undefined): boolean {
    // a picture is asked together with what its loader meant to do
    if (rule?.kind === 'image') return false;
    // KaTeX draws a formula with style sheets beside its MathML, hidden from those who cannot see style sheets
    if (this.#tag.names.length === 0) return false;
    const isDrawing = this.#tag.get('aria-hidden') === 'true' && this.#tag.start('class').startsWith('katex');
    return isDrawing || this.#tag.get('hidden') !== undefined;
  }

  #openElement(rule: ElementRule): void {
    switch (rule.kind) {
      case 'picture':
        this.#endPicture();
        this.#sources = { html: '', candidates: [] };
        return;
      case 'image':
        this.#image();
        return;
      case 'source':
        this.#source(rule);
        return;
      case 'frame':
        this.#frame();
        return;
      case 'break':
        this.#leaf(rule, `<${rule.name}>`);
        return;
      case 'rule':
        this.#leaf(rule, `<hr${this.#attributes(rule)}>`);
        return;
      case 'column':
        this.#leaf(rule, `<col${this.#attributes(rule)}>`);
        return;
      case 'media':
        this.#begin(rule, this.#mediaAttributes(rule));
        return;
      default:
        this.#begin(rule, this.#attributes(rule));
        // a `pre` says it for itself
        if (rule.kind === 'block' && rule.name !== 'pre') this.#noteCodeLanguage(rule);
    }
  }

  /** Begins an element that has content; `/>` ends it at once, as XHTML means it. */
  #begin(rule: ElementRule, attributes: string): void {
    if (!rule.isWithinWords) {
      this.#showSubstitute();
      this.#neighbour = undefined;
      this.#endLine();
    }
    if (!this.#isAllowedInMath(rule)) return;
    this.#writer.open(rule, attributes);
    this.#leaveCode();
    if (this.#tokens.selfClosing) this.#writer.close(rule);
    else if (rule.kind !== 'media') this.#showBackground();
  }

  /**
   * MathML stands in formulas only, and formulas hold nothing else: no other order of names lets a tree builder
   * change between the two. What cannot be in a line of text ends the formula, as it does in a browser.
   */
  #isAllowedInMath(rule: ElementRule): boolean {
    const top = this.#writer.top?.kind;
    const isInMath = top === 'math' || top === 'mathml';
    if (rule.kind === 'mathml') return isInMath;
    if (!isInMath) return true;
    if (rule.kind === 'math' || rule.kind === 'inline' || rule.kind === 'ruby' || rule.kind === 'break')
      return false;
    const math = ELEMENTS.get('math');
    if (math !== undefined) this.#writer.close(math);
    return true;
  }

  #leaf(rule: ElementRule, html: string): void {
    this.#showSubstitute();
    if (!rule.isWithinWords && rule.name !== 'wbr') this.#endLine();
    if (this.#isAllowedInMath(rule)) this.#writer.leaf(rule, html);
  }

  #closeTag(): void {
    const { name } = this.#tokens;
    const rule = ELEMENTS.get(name);
    if (this.#muted.length > 0 && !this.#endsMuted(name, rule)) return;
    if (rule === undefined) return;
    if (rule.kind === 'picture') this.#endPicture();
    // browsers make a line break of `</br>`
    if (name === 'br') this.#leaf(rule, '<br>');
    if (rule.isVoid || rule.kind === 'picture' || rule.kind === 'frame') return;
    this.#showSubstitute();
    if (!rule.isWithinWords) this.#endLine();
    this.#writer.close(rule);
    this.#leaveCode();
  }

  // What is left out with its content

  #mute(rule: ElementRule | undefined): void {
    const { name, selfClosing } = this.#tokens;
    if (selfClosing || VOID.has(name)) return;
    this.#muted.push(name);
    this.#mutedKind = rule?.kind;
  }

  /** Whether a tag inside muted content counts: pictures of a `noscript`, and tags that end the content. */
  #isHeard(rule: ElementRule | undefined): boolean {
    const { name, selfClosing } = this.#tokens;
    if (this.#mutedKind === 'noscript' && rule !== undefined && PICTURE_PARTS.has(rule.kind)) return true;
    const until = this.#mutedKind === undefined ? undefined : HIDDEN_UNTIL[this.#mutedKind];
    if (this.#muted.length === 1 && rule !== undefined && until?.includes(rule.kind)) {
      this.#muted.length = 0;
      return true;
    }
    if (!selfClosing && !VOID.has(name) && this.#muted.length < MAX_MUTED_DEPTH) this.#muted.push(name);
    return false;
  }

  /** Whether an end tag inside muted content means an element outside it, which ends the content. */
  #endsMuted(name: string, rule: ElementRule | undefined): boolean {
    const at = this.#muted.lastIndexOf(name);
    if (at >= 0) {
      this.#muted.length = at;
      return false;
    }
    if (rule?.kind === 'picture' && this.#mutedKind === 'noscript') return true;
    if (rule === undefined || !this.#writer.isOpen(rule.name)) return false;
    this.#muted.length = 0;
    return true;
  }

  // Pictures

  #image(): void {
    const isInNoscript = this.#muted.length > 0;
    const finding = findPicture(this.#tag, this.#base, this.#sources?.candidates ?? []);
    if (finding.kind === 'tracker') this.#sources = undefined;
    else if (finding.kind === 'nothing') {
      if (!isInNoscript) this.#emptyPicture();
    } else if (isInNoscript) this.#noscriptPicture(this.#ready(finding));
    else this.#seenPicture(this.#ready(finding));
  }

  /** Shows the picture of an `img` or `picture`, and settles what stood in for it. */
  #seenPicture(ready: ReadyPicture): void {
    const { picture } = ready;
    this.#sources = undefined;
    if (picture.isDoubtful && this.#substitute?.from === 'noscript') return;
    if (this.#substitute?.from === 'image') this.#showSubstitute();
    this.#substitute = this.#neighbour = undefined;
    if (this.#fromNoscript.has(picture.src)) return;
    if (picture.isDoubtful) this.#substitute = { ...ready, from: 'image' };
    else {
      this.#neighbour = 'picture';
      this.#show(ready);
    }
  }

  #noscriptPicture(ready: ReadyPicture): void {
    this.#sources = undefined;
    if (this.#neighbour === 'picture' || this.#pictures.has(ready.picture.src)) return;
    if (this.#substitute?.from === 'noscript') this.#showSubstitute();
    this.#substitute = { ...ready, from: 'noscript' };
    if (this.#neighbour === 'nothing') this.#showSubstitute();
  }

  /** Pages that a script has read write what a `noscript` holds as text. */
  #escapedPictures(): void {
    const raw = this.#tokens.raw();
    if (!/&lt;img\s/i.test(raw)) return;
    const tokens = new Tokenizer(decoded(raw, decodeHTML), 'html');
    const tag = new Tag(tokens);
    for (let kind = tokens.next(); kind !== 'end'; kind = tokens.next()) {
      if (kind !== 'open' || ELEMENTS.get(tokens.name)?.kind !== 'image') continue;
      const finding = findPicture(tag, this.#base, []);
      if (finding.kind === 'picture') this.#noscriptPicture(barePicture(finding.src));
    }
  }

  #emptyPicture(): void {
    if (this.#sources !== undefined) return;
    if (this.#substitute === undefined) this.#neighbour = 'nothing';
    else this.#showSubstitute();
  }

  #showBackground(): void {
    const src = findBackground(this.#tag, this.#base);
    if (src === undefined) return;
    this.#showSubstitute();
    this.#substitute = { ...barePicture(src), isHead: isHeadPicture(this.#tag, src), from: 'background' };
  }

  /** A `picture` whose `img` is missing, or shows nothing, is its best source. */
  #endPicture(): void {
    const best = bestCandidate(this.#sources?.candidates ?? []);
    this.#sources = undefined;
    if (best === undefined) return;
    if (this.#muted.length > 0) this.#noscriptPicture(barePicture(best.url));
    else this.#seenPicture(barePicture(best.url));
  }

  #showSubstitute(): void {
    const substitute = this.#substitute;
    if (substitute === undefined) return;
    this.#substitute = undefined;
    this.#neighbour = substitute.from === 'image' ? 'picture' : undefined;
    if (substitute.from === 'noscript') this.#fromNoscript.add(substitute.picture.src);
    this.#show(substitute);
  }

  #show({ picture: { src }, html, others, isHead }: ReadyPicture): void {
    const image = ELEMENTS.get('img');
    if (image === undefined || !this.#isAllowedInMath(image)) return;
    if (!this.#writer.leaf(image, html)) return;
    if (!src.startsWith('data:')) this.#pictures.add(src);
    for (const { url } of others) this.#pictures.add(url);
    if (isHead) this.#headImage ??= src;
  }

  /** The present `img` with its attributes, and with the sources of its `picture`. */
  #ready(picture: Picture): ReadyPicture {
    const { src, candidates } = picture;
    const rule = ELEMENTS.get('img');
    const attributes = srcset(candidates) + (rule === undefined ? '' : this.#attributes(rule));
    const image = `<img src="${marked(src)}"${attributes}${PICTURE_ATTRIBUTES}>`;
    const sources = this.#sources?.html ?? '';
    const html = sources === '' ? image : `<picture>${sources}${image}</picture>`;
    const others = [...candidates, ...(this.#sources?.candidates ?? [])];
    const isHead = this.#headImage === undefined && isHeadPicture(this.#tag, src);
    return { picture, html, others, isHead };
  }

  #source(rule: ElementRule): void {
    if (this.#sources !== undefined) {
      if (rule.name !== 'source' || this.#sources.candidates.length > MAX_CANDIDATES) return;
      const candidates = offeredBy(this.#tag, this.#base);
      if (candidates.length === 0) return;
      this.#sources.candidates.push(...candidates);
      this.#sources.html += `<source${srcset(candidates)}${this.#attributes(rule)}>`;
    } else if (this.#muted.length === 0 && this.#writer.top?.kind === 'media') {
      const attributes = this.#withLazySource(this.#attributes(rule));
      if (attributes.includes(' src="')) this.#writer.leaf(rule, `<${rule.name}${attributes}>`);
    }
  }

  // Players and frames

  #mediaAttributes(rule: ElementRule): string {
    const attributes = this.#withLazySource(this.#attributes(rule));
    const address = this.#tag.get('poster') ?? this.#tag.get('data-poster') ?? '';
    const poster = rule.name === 'video' ? pictureUrl(address, this.#base) : undefined;
    if (poster === undefined || isTracker(poster)) return `${attributes} controls`;
    this.#pictures.add(poster);
    if (isHeadPicture(this.#tag, poster)) this.#headImage ??= poster;
    return `${attributes} poster="${marked(poster)}" controls`;
  }

  #withLazySource(attributes: string): string {
    if (attributes.includes(' src="')) return attributes;
    const lazy = this.#tag.get('data-src') ?? this.#tag.get('data-lazy-src');
    const address = lazy === undefined ? undefined : absoluteUrl(lazy, this.#base);
    return address === undefined ? attributes : `${attributes} src="${escapeAttribute(address)}"`;
  }

  #frame(): void {
    const finding = findFrame(this.#tag, this.#base);
    const frame = ELEMENTS.get('iframe');
    const link = ELEMENTS.get('a');
    if (finding.kind === 'nothing' || frame === undefined || link === undefined) return;
    if (finding.kind === 'player') {
      const attributes = this.#attributes(frame);
      this.#leaf(
        frame,
        `<iframe src="${escapeAttribute(finding.url)}"${attributes}${FRAME_ATTRIBUTES}></iframe>`,
      );
      return;
    }
    this.#showSubstitute();
    if (!this.#isAllowedInMath(frame)) return;
    const title = this.#tag.get('title')?.trim();
    const url = this.#link(finding.url) ?? finding.url;
    this.#writer.open(link, ` href="${escapeAttribute(url)}"`);
    this.#writer.text(escapeText(this.#cut(title || url.replace(/^https?:\/\//, ''), 80)));
    this.#writer.close(link);
  }

  // The language of code

  /** Remembers the language that an element around code names for it. */
  #noteCodeLanguage(rule: ElementRule): void {
    if (this.#tag.names.length === 0) return;
    const value = this.#tag.start('class');
    const language = LANGUAGE_AROUND.exec(value) ?? (rule.name === 'figure' ? HEXO_FIGURE.exec(value) : null);
    if (language?.[1] !== undefined) this.#codeAround = { language: language[1], depth: this.#writer.depth };
  }

  #leaveCode(): void {
    if (this.#codeAround !== undefined && this.#writer.depth < this.#codeAround.depth)
      this.#codeAround = undefined;
  }

  /** The class of code that has none of its own: from another attribute, or from what stands around it. */
  #languageClass(rule: ElementRule): string {
    for (const name of LANGUAGE_ATTRIBUTES) {
      const value = this.#tag.start(name).trim();
      if (LANGUAGE_NAME.test(value)) return ` class="language-${value}"`;
    }
    return rule.name === 'pre' && this.#codeAround !== undefined
      ? ` class="language-${this.#codeAround.language}"`
      : '';
  }

  // Attributes

  /** The attributes an element keeps, each with a space before it. */
  #attributes(rule: ElementRule): string {
    const { names } = this.#tag;
    let written = '';
    for (let index = 0; index < names.length; index++) {
      const name = names[index] ?? '';
      const check = rule.attributes.get(name);
      if (check === undefined || (check === 'id' && name === 'name' && names.includes('id'))) continue;
      const value = this.#checked(this.#tag.valueAt(index), check);
      if (value !== undefined) written += attribute(check === 'id' ? 'id' : name, value);
    }
    if (rule.kind === 'cell' && !written.includes(' align="')) {
      const align = /text-align\s{0,5}:\s{0,5}(left|center|right|justify)/i.exec(
        this.#tag.start('style'),
      )?.[1];
      if (align !== undefined) written += ` align="${align.toLowerCase()}"`;
    }
    if (rule.namesLanguage && !written.includes(' class="')) written += this.#languageClass(rule);
    return written;
  }

  /** The value as it is written, or undefined when the rule does not allow it. */
  #checked(value: string, rule: AttributeRule): string | undefined {
    switch (rule) {
      case 'text':
        return this.#cut(value, MAX_VALUE);
      case 'flag':
        return '';
      case 'id':
        return this.#id(value);
      case 'link':
        return this.#link(value);
      case 'address':
        return absoluteUrl(value, this.#base);
      case 'size':
        return /^\s*(\d{1,5}|\d{1,3}%)(?:\.\d*)?(?:px)?\s*$/.exec(value.slice(0, 40))?.[1];
      case 'language': {
        const language = LANGUAGE_CLASS.exec(value.slice(0, MAX_VALUE))?.[1];
        return language === undefined ? undefined : `language-${language}`;
      }
      default: {
        const trimmed = value.trim();
        return rule.test(trimmed) ? trimmed : undefined;
      }
    }
  }

  #link(value: string): string | undefined {
    const reference = value.trim();
    if (reference.startsWith('#')) {
      const id = this.#id(decodedFragment(reference.slice(1, MAX_VALUE)));
      return id === undefined ? undefined : `#${id}`;
    }
    const url = absoluteUrl(reference, this.#base);
    if (url === undefined) return contactUrl(reference);
    return withoutTracking(url, this.#siteHost === undefined ? {} : { siteHost: this.#siteHost });
  }

  /** White space cannot stand in an id, and a per cent sign would mean something else in the link to it. */
  #id(value: string): string | undefined {
    const id = value
      .slice(0, MAX_VALUE)
      .trim()
      .replace(/[\s%]+/g, '_');
    if (id === '') return undefined;
    const own = id.startsWith(this.#scope) ? id.slice(this.#scope.length) : id;
    return this.#scope + this.#cut(own, 200);
  }

  #cut(value: string, length: number): string {
    return value.length <= length ? value : withoutForbidden(value.slice(0, length));
  }
}

const PICTURE_ATTRIBUTES = ' loading="lazy" referrerpolicy="no-referrer"';

/** How highlighters name the language of code: `language-js`, `lang-js`, `brush: js`, and the classes of GitHub, highlight.js and pandoc. */
const LANGUAGE_CLASS =
  /(?:^|\s)(?:lang(?:uage)?-|brush:\s{0,3}|highlight-source-|hljs\s(?!lang)|sourceCode\s)([\w+#.-]{1,40})/i;

/** Jekyll and GitHub name it on a `div` around the code, Hexo as the second class of a `figure`. */
const LANGUAGE_AROUND = /(?:^|\s)(?:language|highlight-source)-([\w+#.-]{1,40})(?:\s|$)/i;
const HEXO_FIGURE = /^\s*highlight\s{1,5}([\w+#.-]{1,40})\s*$/;
const LANGUAGE_ATTRIBUTES = ['data-lang', 'data-language', 'data-enlighter-language'];
const LANGUAGE_NAME = /^[\w+#.-]{1,40}$/;

function attribute(name: string, value: string): string {
  return value === '' && name !== 'alt' ? ` ${name}` : ` ${name}="${escapeAttribute(value)}"`;
}

function marked(url: string): string {
  return escapeAttribute(url.startsWith('data:') ? url : IMAGE_MARK + url);
}

function srcset(candidates: readonly Candidate[]): string {
  if (candidates.length === 0) return '';
  const list = candidates.map(({ url, descriptor }) =>
    descriptor === '' ? marked(url) : `${marked(url)} ${descriptor}`,
  );
  return ` srcset="${list.join(', ')}"`;
}

function barePicture(src: string): ReadyPicture {
  const html = `<img src="${marked(src)}"${PICTURE_ATTRIBUTES}>`;
  return { picture: { kind: 'picture', src, candidates: [] }, html, others: [], isHead: isHeadAddress(src) };
}

function decodedFragment(fragment: string): string {
  try {
    return withoutForbidden(decodeURIComponent(fragment));
  } catch {
    return fragment;
  }
}

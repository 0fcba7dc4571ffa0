/**
 * What a body may contain. Element and attribute names are written from these tables alone, so nothing else can come
 * out, however the markup was broken. `docs/bodies.md` has the same for people, with more reasons.
 */

/** How an element is placed and treated; the tree kinds follow the tree builder of WHATWG HTML, 13.2.6. */
export type ElementKind =
  | 'inline'
  | 'block'
  | 'heading'
  | 'paragraph'
  | 'item'
  | 'term'
  | 'ruby'
  | 'table'
  | 'section'
  | 'row'
  | 'cell'
  | 'caption'
  | 'column-group'
  | 'column'
  | 'rule'
  | 'break'
  | 'math'
  | 'mathml'
  | 'media'
  | 'source'
  | 'picture'
  | 'image'
  | 'frame'
  | 'noscript'
  | 'dropped';

/**
 * What an attribute's value must be: a pattern for the trimmed value, any `text`, a `flag` whose value says nothing,
 * a `link` (also mailto, tel or a fragment), an `address` (http or https), an `id`, a `size` in pixels or per cent, or
 * a class that names a programming `language`.
 */
export type AttributeRule = RegExp | 'text' | 'flag' | 'link' | 'address' | 'id' | 'size' | 'language';
export type AttributeRules = ReadonlyMap<string, AttributeRule>;

export interface ElementRule {
  /** The name that is written. */
  readonly name: string;
  readonly kind: ElementKind;
  /** The attributes it keeps, the global ones among them. */
  readonly attributes: AttributeRules;
  /** Whether its text is left out of the summary and the count of words. */
  readonly quiet: boolean;
  /** Whether it stands in a line of text, so that words on both sides of its tags are one. */
  readonly isWithinWords: boolean;
  /** Whether it ends an open paragraph (WHATWG HTML, 13.2.6.4.7). A table does so here in quirks mode too. */
  readonly endsParagraph: boolean;
  readonly isTablePart: boolean;
  /** Whether only parts of a table may stand in it. */
  readonly holdsTableParts: boolean;
  readonly isVoid: boolean;
  /** Whether its class names a programming language. */
  readonly namesLanguage: boolean;
  /** Its tags, for where it has no attributes. */
  readonly startTag: string;
  readonly endTag: string;
}

const MATH_KINDS = kinds('math', 'mathml');
const WITHIN_WORDS = kinds('inline', 'ruby', 'math', 'mathml');
const ENDS_PARAGRAPH = kinds('block', 'heading', 'paragraph', 'item', 'term', 'table', 'rule');
const TABLE_PARTS = kinds('table', 'section', 'row', 'cell', 'caption', 'column-group');
const HOLDS_TABLE_PARTS = kinds('table', 'section', 'row', 'column-group');

/** Elements without an end tag, kept or not. */
export const VOID: ReadonlySet<string> = new Set(
  words(
    'area base basefont bgsound br col embed frame hr image img input keygen link meta param source track wbr',
  ),
);

const SPAN = /^\d{1,4}$/;
const ALIGN = /^(?:left|center|right|justify)$/i;
const DATE = /^[\w:+., -]{1,60}$/;
const LANGUAGE_TAG = /^[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,8}$/i;
const MEDIA_TYPE = /^[\w.+-]{1,40}\/[\w.+-]{1,60}(?:; ?codecs="?[\w., ]{1,100}"?)?$/i;
/** Nothing that begins like an address, although no attribute of ours is read as one. */
const MATH_VALUE = /^(?!\w+:)[^\s<>"'&]{1,20}(?: [^\s<>"'&]{1,20}){0,20}$/;

const NONE: AttributeRules = new Map();
const CELL = rules({ colspan: SPAN, rowspan: SPAN, align: ALIGN, scope: /^(?:row|col)(?:group)?$/i });
const COLUMN = rules({ span: SPAN, align: ALIGN });
const QUOTE = rules({ cite: 'address' });
const CHANGE = rules({ cite: 'address', datetime: DATE });
const CODE = rules({ class: 'language' });
const BOX = { width: 'size', height: 'size' } as const;
const MEDIA = rules({ ...BOX, src: 'address', loop: 'flag', muted: 'flag' });
const SIZES = /^[\w\s().,:<>=+*/%-]{1,400}$/;
const MEDIA_QUERY = /^[\w\s().,:<>=/-]{1,200}$/;
const MATH: AttributeRules = new Map(
  words(
    'display displaystyle scriptlevel mathvariant mathsize mathcolor dir stretchy symmetric fence separator ' +
      'separators open close form lspace rspace minsize maxsize largeop movablelimits accent accentunder ' +
      'linethickness notation columnalign rowalign columnspacing rowspacing columnlines rowlines columnspan rowspan ' +
      'width height depth voffset encoding',
  ).map((name) => [name, MATH_VALUE]),
);

/** Allowed on every HTML element that is kept. */
export const GLOBAL_ATTRIBUTES = rules({
  id: 'id',
  lang: LANGUAGE_TAG,
  dir: /^(?:ltr|rtl|auto)$/i,
  title: 'text',
});

/** Names that mean another element: obsolete ones, AMP's, and wrappers that would be odd inside someone else's page. */
const SYNONYMS: Record<string, string> = {
  acronym: 'abbr',
  'amp-anim': 'img',
  'amp-audio': 'audio',
  'amp-iframe': 'iframe',
  'amp-img': 'img',
  'amp-video': 'video',
  center: 'div',
  dir: 'ul',
  fieldset: 'div',
  form: 'div',
  image: 'img',
  legend: 'div',
  listing: 'pre',
  main: 'div',
  menu: 'ul',
  nav: 'div',
  strike: 's',
  tt: 'code',
};

export const ELEMENTS: ReadonlyMap<string, ElementRule> = tableOf([
  elements('inline', 'abbr b bdi bdo cite dfn em i kbd mark s samp small span strong sub sup u var ruby'),
  elements('inline', 'code', CODE),
  elements('inline', 'a', rules({ href: 'link', name: 'id' })),
  elements('inline', 'q', QUOTE),
  elements('inline', 'time', rules({ datetime: DATE })),
  elements('inline', 'del ins', CHANGE),
  elements('block', 'address article aside div dl figcaption figure footer header hgroup section summary ul'),
  elements('block', 'pre', CODE),
  elements('block', 'blockquote', QUOTE),
  elements('block', 'details', rules({ open: 'flag' })),
  elements('block', 'ol', rules({ start: /^-?\d{1,6}$/, reversed: 'flag', type: /^[1aAiI]$/ })),
  elements('heading', 'h1 h2 h3 h4 h5 h6'),
  elements('paragraph', 'p'),
  elements('item', 'li', rules({ value: /^-?\d{1,6}$/ })),
  elements('term', 'dt dd'),
  elements('ruby', 'rb rtc'),
  // a reading beside its characters would stand twice in a summary
  elements('ruby', 'rt rp', NONE, 'quiet'),
  elements('table', 'table'),
  elements('section', 'thead tbody tfoot'),
  elements('row', 'tr', rules({ align: ALIGN })),
  elements('cell', 'td th', CELL),
  elements('caption', 'caption'),
  elements('column-group', 'colgroup', COLUMN),
  elements('column', 'col', COLUMN),
  elements('rule', 'hr'),
  elements('break', 'br wbr'),
  // what a player contains is for browsers that cannot play
  elements('media', 'audio video', MEDIA, 'quiet'),
  elements('source', 'source', rules({ src: 'address', type: MEDIA_TYPE, media: MEDIA_QUERY, sizes: SIZES })),
  elements(
    'source',
    'track',
    rules({
      src: 'address',
      kind: /^[a-z]{1,20}$/i,
      srclang: LANGUAGE_TAG,
      label: 'text',
      default: 'flag',
    }),
  ),
  elements('picture', 'picture'),
  elements('image', 'img', rules({ ...BOX, alt: 'text', sizes: SIZES, 'data-size': /^\d{1,5},\d{1,5}$/ })),
  elements('frame', 'iframe', rules(BOX)),
  elements('noscript', 'noscript'),
  elements('math', 'math', MATH),
  elements(
    'mathml',
    'menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace ' +
      'msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none semantics',
    MATH,
  ),
  // the formula again, as TeX
  elements('mathml', 'annotation', MATH, 'quiet'),
  // svg and annotation-xml let a tree builder change its rules, the others show what only a script or a form can use;
  // raw-text elements such as script and style are dropped by being in no table
  elements(
    'dropped',
    'annotation-xml applet button canvas datalist dialog frameset object optgroup option select svg template',
  ),
]);

function words(list: string): string[] {
  return list.split(' ');
}

function kinds(...names: ElementKind[]): ReadonlySet<ElementKind> {
  return new Set(names);
}

function rules(table: Record<string, AttributeRule>): AttributeRules {
  return new Map(Object.entries(table));
}

function elements(
  kind: ElementKind,
  names: string,
  attributes: AttributeRules = NONE,
  quiet?: 'quiet',
): ElementRule[] {
  const own = MATH_KINDS.has(kind) ? attributes : new Map([...GLOBAL_ATTRIBUTES, ...attributes]);
  return words(names).map((name) => ({
    name,
    kind,
    attributes: own,
    quiet: quiet === 'quiet',
    isWithinWords: WITHIN_WORDS.has(kind),
    endsParagraph: ENDS_PARAGRAPH.has(kind),
    isTablePart: TABLE_PARTS.has(kind),
    holdsTableParts: HOLDS_TABLE_PARTS.has(kind),
    isVoid: VOID.has(name),
    namesLanguage: own.has('class'),
    startTag: `<${name}>`,
    endTag: `</${name}>`,
  }));
}

function tableOf(groups: ElementRule[][]): Map<string, ElementRule> {
  const table = new Map(groups.flat().map((rule) => [rule.name, rule]));
  for (const [synonym, name] of Object.entries(SYNONYMS)) {
    const rule = table.get(name);
    if (rule !== undefined) table.set(synonym, rule);
  }
  return table;
}

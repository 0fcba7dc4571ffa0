import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Fewer than a feed shows, so that every item is in its source's feed. */
const ITEMS_A_FEED = 50;

/** Tags of languages as feeds write them, right and wrong, with a word of each where there is one. */
const LANGUAGES: Record<string, string> = {
  ar: 'أخبار الميناء اليوم',
  he: 'חדשות הנמל',
  fa: 'خبرهای بندر',
  ur: 'بندرگاہ کی خبریں',
  yi: 'נײַעס',
  ps: 'خبرونه',
  zh: '港口新闻',
  'zh-CN': '港口新闻',
  'zh-Hant-TW': '港口新聞',
  ja: '港のニュース',
  ko: '항구 소식',
  th: 'ข่าวท่าเรือ',
  hi: 'बंदरगाह समाचार',
  ta: 'துறைமுக செய்தி',
  bn: 'বন্দরের খবর',
  my: 'သတင်း',
  km: 'ព័ត៌មាន',
  lo: 'ຂ່າວ',
  ka: 'ახალი',
  hy: 'Նորություններ',
  am: 'ዜና',
  ru: 'Новости порта',
  uk: 'Новини',
  bg: 'Новини',
  el: 'Νέα',
  de: 'Häfen',
  fr: 'Été',
  es: '¡Señal!',
  'pt-BR': 'Ação',
  pl: 'Żółć',
  cs: 'Příliš',
  tr: 'İstanbul ığdır',
  vi: 'Tin tức cảng',
  is: 'Þorláksmessa',
  mn: 'Мэдээ',
  bo: 'གསར་འགྱུར།',
  'en-us': 'Harbour',
  en_GB: 'Colour',
  'zh_CN.UTF-8': '新闻',
  x: 'x',
  'not a language': 'y',
  '"><script>': 'z',
  'de-': 'ä',
};

const PICTURE = 'https://news.example/a.jpg?x=1&y="2"';

/** Items that are odd in one way each, on top of one that is entirely ordinary. */
const ODD_ITEMS: Record<string, unknown>[] = [
  {},
  ...Object.entries(LANGUAGES).map(([language, title]) => ({
    language,
    title,
    content_html: `<p>${title}</p>`,
    tags: [title],
  })),
  ...[
    ']]>',
    'a ]]> b',
    ']]]]><![CDATA[>',
    '<![CDATA[x]]>',
    '&#0;&#x1F;&#xFFFE;',
    '\0\x01\x0B\x1F\x7F\x85\uFFFE\uFFFF\uFDD0\uFDD1',
    '\uD800',
    'half \uDC00 pair',
    '😀 \u{10FFFF}',
    '\u202E right to left \u202C',
    '\u2028\u2029\uFEFF',
    '&amp;amp; &lt;b&gt; &nbsp; &unknown;',
    '<b>bold</b> <i>',
    '<',
    '&',
    '"\'',
    '%s {{x}} {% z %}',
    'tab\tline\nfeed\r\nreturn\r',
    '<!-- -->',
    '<?xml version="1.0"?>',
    '</title></item></channel></rss>',
    ' ',
    '0',
    'null',
  ].map((text) => ({
    title: text,
    summary: text,
    content_html: `<p>${text}</p>${text}`,
    tags: [text, `${text}${text}`],
    authors: [{ name: text }],
    url: `https://news.example/${text}`,
    image: `https://news.example/${text}.jpg`,
    attachments: [{ url: `https://news.example/${text}.mp3`, mime_type: text, size_in_bytes: -1 }],
  })),
  ...['x', '字', '😀', '\u0301', '<', '&'].map((character) => ({ title: character.repeat(10_000) })),
  { title: undefined },
  { title: '', content_html: '', summary: 'Only a summary.' },
  { title: undefined, content_html: undefined, content_text: 'Plain < text & more' },
  { url: undefined },
  ...[
    'javascript:alert(1)',
    'data:text/html,x',
    'http://',
    'https://exa mple/',
    '//news.example/x',
    'relative/path',
    'https://例え.jp/パス?q=値#片',
    'https://news.example/[x]?a=|^`{}"<>\\',
    'HTTP://NEWS.EXAMPLE:80/',
    'mailto:a@b.example',
    'ftp://news.example/x',
  ].map((url) => ({ url })),
  ...[
    undefined,
    '',
    'yesterday',
    '0000-00-00T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '1969-12-31T00:00:00Z',
    '2024-02-30T25:61:61+99:99',
  ].map((date_published) => ({ date_published })),
  { date_published: '2024-05-01T00:00:00Z', date_modified: '2020-01-01T00:00:00Z' },
  { authors: [] },
  { authors: [{ name: '' }, { name: ' ' }, { url: 'https://news.example/me' }] },
  { tags: ['', ' ', ',', 'a,b', 'x'.repeat(300), ...Array.from({ length: 60 }, (_, i) => `tag ${i}`)] },
  {
    attachments: [
      { url: 'https://news.example/a.mp3', mime_type: 'audio/mpeg', size_in_bytes: 12 },
      { url: PICTURE, mime_type: 'image/jpeg' },
      { url: 'relative.mp3', mime_type: '' },
      { url: 'https://news.example/a.mp3', mime_type: 'audio/mpeg' },
    ],
  },
  { content_html: `<p>x</p>${'<div>'.repeat(600)}deep` },
  {
    content_html:
      '<p style="position:fixed" onclick="x()">a</p><script>1</script><iframe src="//e.example"></iframe><object data="x"></object><form><input></form><svg><script>1</script></svg>',
  },
  {
    content_html: `<img src='${PICTURE}' srcset="b.jpg 1x, /c.jpg 2x"><video src="v.mp4" poster="p.jpg"></video><a href="../x">relative</a><a href="#f">here</a>`,
  },
  { content_html: '<p>字</p>'.repeat(20_000) },
];

/** Feeds as their publishers would serve them: odd items, and each fragment of the XSS corpus in every field of one. */
export function hostileFeeds(data: string): string[] {
  const odd = ODD_ITEMS.map((item, index) => ({ ...ordinaryItem(`odd/${index}`, index), ...item }));
  const hostile = readCorpus(`${data}/xss-corpus.json.gz`).map((text, index) => ({
    ...ordinaryItem(`xss/${index}`, index),
    title: text,
    summary: text,
    content_html: text,
    url: text,
    image: text,
    language: text,
    tags: [text],
    authors: [{ name: text, url: text }],
    attachments: [{ url: text, mime_type: text }],
  }));
  return [...inFeeds(odd), ...inFeeds(hostile)];
}

function ordinaryItem(id: string, index: number): Record<string, unknown> {
  return {
    id,
    url: `https://news.example/${id}`,
    title: `Harbour news ${id}`,
    content_html: `<p>Ferries wait for the <a href="/fog?a=1&amp;b=2">fog</a> to lift.</p><img src="/${id}.jpg">`,
    date_published: new Date(Date.UTC(2024, 4, 1) + index * 1000).toISOString(),
    tags: ['harbour'],
    authors: [{ name: 'A. Author' }],
  };
}

function inFeeds(items: readonly Record<string, unknown>[]): string[] {
  return Array.from({ length: Math.ceil(items.length / ITEMS_A_FEED) }, (_, index) =>
    JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      title: `]]> <b>News</b> & \u0001 "more" ${index} \uD800`,
      home_page_url: 'https://news.example/?a=1&b=2',
      items: items.slice(index * ITEMS_A_FEED, (index + 1) * ITEMS_A_FEED),
    }),
  );
}

function readCorpus(file: string): string[] {
  try {
    const corpus: { html: string }[] = JSON.parse(gunzipSync(readFileSync(file)).toString());
    return corpus.map(({ html }) => html);
  } catch {
    return [];
  }
}

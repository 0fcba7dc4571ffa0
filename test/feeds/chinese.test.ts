import { describe, expect, it } from 'vitest';
import { type Article, IMAGE_MARK } from '../../src/article.ts';
import { withChinese } from '../../src/feeds/chinese.ts';

const ARTICLE: Article = {
  id: 'a',
  sourceId: 's',
  title: '头发',
  link: 'https://例子.example/头发',
  categories: ['头发'],
  tags: ['头发'],
  author: '头发',
  authors: [],
  published: 0,
  publishedInferred: false,
  language: 'zh-CN',
  summary: '头发的发',
  enclosures: [],
  contentHtml: '<p>头发</p>',
};
const CONVERTER = {
  convert: (text: string) => text.replaceAll('头发', '頭髮'),
  language: 'zh-Hant',
  isForJapanese: false,
};

function bodyOf(contentHtml: string): string {
  return withChinese({ ...ARTICLE, contentHtml }, CONVERTER).contentHtml;
}

describe('an article in another way to write Chinese', () => {
  it('has its title, its summary and its body so, and its language told, and else is what it was', () => {
    expect(withChinese(ARTICLE, CONVERTER)).toEqual({
      ...ARTICLE,
      title: '頭髮',
      summary: '頭髮的发',
      contentHtml: '<p>頭髮</p>',
      language: 'zh-Hant',
    });
  });

  it.each([
    [
      `<a href="https://e.example/头发?头发=&quot;alt=" title="头发">头发</a>`,
      `<a href="https://e.example/头发?头发=&quot;alt=" title="頭髮">頭髮</a>`,
    ],
    [
      `<img src="${IMAGE_MARK}https://e.example/头发.jpg" alt="头发 > 头发">`,
      `<img src="${IMAGE_MARK}https://e.example/头发.jpg" alt="頭髮 > 頭髮">`,
    ],
    ['<h2 id="头发">头发 &amp; 头发</h2>', '<h2 id="头发">頭髮 &amp; 頭髮</h2>'],
    ['<pre><code>头发 = <b>头发</b></code></pre>头发', '<pre><code>头发 = <b>头发</b></code></pre>頭髮'],
    ['<kbd>头发</kbd><samp>头发</samp><pre>头发</pre>', '<kbd>头发</kbd><samp>头发</samp><pre>頭髮</pre>'],
    [
      '<iframe src="https://e.example/" title="头发"></iframe>头发',
      '<iframe src="https://e.example/" title="頭髮"></iframe>頭髮',
    ],
    ['头发', '頭髮'],
    ['头<b>发</b>', '头<b>发</b>'],
    ['', ''],
  ])('has of %j what people read converted', (body, converted) => {
    expect(bodyOf(body)).toBe(converted);
  });

  it.each([
    ['ja', false, false],
    ['ko-KR', false, false],
    ['ja', true, true],
    ['en', false, true],
    [undefined, false, true],
  ])(
    'is of %s left or converted, by a conversion that is for Japanese or not: %s',
    (language, isForJapanese, isConverted) => {
      const { language: _, ...article } = ARTICLE;
      const input = language === undefined ? article : { ...article, language };
      const { title, language: after } = withChinese(input, { ...CONVERTER, isForJapanese });
      expect(title).toBe(isConverted ? '頭髮' : '头发');
      expect(after).toBe(language);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { readSourceList } from '../../src/sources/read-source-list.ts';
import { parseSourcesYaml, toSourcesYaml } from '../../src/sources/sources-yaml.ts';

const FILE = `rsshub: [https://rsshub.example/, https://two.example]
defaults: { poll: 60m, timezone: Asia/Shanghai }
sources:
  - url: rsshub://qutoutiao/category/1
    categories: [新媒体, 趣头条, 分类]
  - url: https://example.org/feed.xml#top
    categories: [博客, Example]
    poll: 1d
    author: item
    fulltext: true
profiles:
  blog: { like: hugo, keys: { title: title, cover: headImage, draft: { value: false } } }
  plain: { keys: { title: title } }
`;

const LIST = {
  rsshub: ['https://rsshub.example', 'https://two.example'],
  sources: [
    {
      url: 'rsshub://qutoutiao/category/1',
      categories: ['新媒体', '趣头条', '分类'],
      poll: 60,
      timezone: 'Asia/Shanghai',
    },
    {
      url: 'https://example.org/feed.xml',
      categories: ['博客', 'Example'],
      poll: 1440,
      author: 'item',
      timezone: 'Asia/Shanghai',
      fulltext: true,
    },
  ],
  profiles: {
    blog: { like: 'hugo', keys: { title: 'title', cover: 'headImage', draft: { value: false } } },
    plain: { like: 'hexo', keys: { title: 'title' } },
  },
};

/** The file with one of its lines replaced, and what is then wrong with it. */
function problemsWith(line: string, replacement: string) {
  const result = parseSourcesYaml(FILE.replace(line, replacement));
  return result.kind === 'invalid' ? result.problems : [];
}

describe('the sources file', () => {
  it('gives instances and sources, with the defaults in each source that does not say otherwise', () => {
    expect(parseSourcesYaml(FILE)).toEqual({ kind: 'list', list: LIST });
  });

  it('reads back what is written', () => {
    expect(parseSourcesYaml(toSourcesYaml(LIST as never))).toEqual({ kind: 'list', list: LIST });
  });

  it.each([
    ['    poll: 1d', '    poll: soon', 6, '`poll` is a time from 1m to 7d'],
    ['    poll: 1d', '    pol: 1d', 6, 'unknown field `pol`'],
    ['  - url: https://example.org/feed.xml#top', '  - url: ftp://example.org/', 6, 'is no address'],
    ['  - url: https://example.org/feed.xml#top', '  - title: No address', 6, '`url` is missing'],
    ['https://example.org/feed.xml#top', 'https://me:secret@example.org/', 6, 'a user name or password'],
    ['    poll: 1d', '    title: " "', 6, '`title` is a text'],
    ['    categories: [新媒体, 趣头条, 分类]', '    categories: [新媒体, ""]', 4, 'empty level'],
    ['    categories: [新媒体, 趣头条, 分类]', '    categories: [新媒体, ..]', 4, 'lead elsewhere'],
    ['    categories: [新媒体, 趣头条, 分类]', '    categories: [新媒体, { a: b }]', 4, 'is a path such as'],
    [
      'rsshub: [https://rsshub.example/, https://two.example]',
      'rsshub: [nowhere]',
      1,
      '`rsshub` names instances',
    ],
    ['https://two.example', 'https://me@two.example', 1, 'a user name or password'],
    ['sources:', 'source:', 3, 'unknown field `source`'],
    ['timezone: Asia/Shanghai', 'timezone: Shanghai', 4, '`timezone` is a zone'],
    ['timezone: Asia/Shanghai', 'colour: red', 2, '`defaults` has `colour`'],
    ['    author: item', '    author: nobody', 6, '`author` is'],
    ['like: hugo', 'like: word', 12, 'profile `blog`: `like` is one of hexo, hugo'],
    ['cover: headImage', 'cover: picture', 12, 'profile `blog`: `cover` is one of title, description'],
    ['cover: headImage', '"a: b": title', 12, 'profile `blog`: `a: b` is no key'],
    ['  plain:', '  jekyll:', 13, 'that is the name of a profile there is'],
    ['{ keys: { title: title } }', '{ key: { title: title } }', 13, 'unknown field `key`'],
    ['{ keys: { title: title } }', '', 13, 'it is a mapping with `keys`'],
  ])('names the line of %s written as %s', (line, replacement, number, message) => {
    expect(problemsWith(line, replacement)).toContainEqual({
      line: number,
      message: expect.stringContaining(message),
    });
  });

  it('takes a number for the name of a category', () => {
    const result = parseSourcesYaml('sources:\n  - url: https://a.example/\n    categories: [News, 2026]\n');
    expect(result).toMatchObject({ list: { sources: [{ categories: ['News', '2026'] }] } });
  });

  it('tells every problem at once', () => {
    const file = 'sources:\n  - url: ftp://a/\n  - url: https://b.example/\n  - url: https://b.example\n';
    expect(parseSourcesYaml(file)).toEqual({
      kind: 'invalid',
      problems: [
        { line: 2, message: expect.stringContaining('ftp://a/') },
        { line: 4, message: 'https://b.example/ stands in line 3 already' },
      ],
    });
  });

  it.each(['', 'sources: [', '- a\n- b\n', 'sources: yes\n', 'rsshub:\n'])(
    'is refused when it is %j',
    (text) => {
      expect(parseSourcesYaml(text).kind).toBe('invalid');
    },
  );

  it('may be OPML, told by its name or its first character', () => {
    const opml = '<opml version="2.0"><body><outline text="A" xmlUrl="https://a.example/"/></body></opml>';
    expect(readSourceList(opml, 'sources.yaml').kind).toBe('list');
    expect(readSourceList('sources: []', 'sources.opml').kind).toBe('invalid');
  });
});

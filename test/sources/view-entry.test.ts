import { describe, expect, it } from 'vitest';
import { parseSourcesYaml, toSourcesYaml } from '../../src/sources/sources-yaml.ts';
import { checkView } from '../../src/sources/view-entry.ts';

const VIEW = {
  title: 'Morning',
  sources: ['https://example.org/feed.xml', '0123456789ab'],
  categories: [['新媒体', '趣头条'], '博客'],
  tags: ['Food'],
  filterout_title: '广告',
  limit: 20,
  sorted: false,
};

describe('a view', () => {
  it('is read with its parameters as texts', () => {
    expect(checkView('morning', VIEW)).toEqual({
      kind: 'ok',
      value: {
        title: 'Morning',
        sources: ['https://example.org/feed.xml', '0123456789ab'],
        categories: [['新媒体', '趣头条'], ['博客']],
        tags: ['Food'],
        parameters: { filterout_title: '广告', limit: '20', sorted: 'false' },
      },
    });
  });

  it.each([
    ['a/b', {}, 'a name is'],
    ['a'.repeat(65), {}, 'a name is at most 64'],
    ['v', [], 'a view is a mapping'],
    ['v', { filtre: 'a' }, 'unknown field `filtre`'],
    ['v', { filter: 'a(' }, '`filter` is not right at character 2'],
    ['v', { filter: ['a'] }, '`filter` is one value'],
    ['v', { limit: 'many' }, '`limit` is a number'],
    ['v', { sources: ['example'] }, '`example` is no address'],
    ['v', { sources: 'https://example.org' }, '`sources` is a list'],
    ['v', { categories: [[]] }, '`categories` has an empty path'],
    ['v', { title: 3 }, '`title` is a text'],
  ])('%j: %j is refused by name, with what is wrong', (name, input, message) => {
    const checked = checkView(name, input);
    expect(checked.kind === 'wrong' && checked.message).toContain(message);
    expect(checked.kind === 'wrong' && checked.message).toContain(`view \`${name}\``);
  });

  it('stands in the sources file, with the line of each mistake', () => {
    const text = 'sources: []\nviews:\n  morning: { tags: [Food], limit: 5 }\n';
    const result = parseSourcesYaml(text);
    expect(result).toMatchObject({
      list: { views: { morning: { tags: ['Food'], parameters: { limit: '5' } } } },
    });
    if (result.kind === 'list') expect(parseSourcesYaml(toSourcesYaml(result.list))).toEqual(result);
    expect(parseSourcesYaml('sources: []\nviews:\n  a: {}\n  b: { limit: x }\n')).toMatchObject({
      problems: [{ line: 4, message: expect.stringContaining('view `b`: `limit`') }],
    });
  });
});

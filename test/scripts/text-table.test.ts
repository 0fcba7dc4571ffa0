import { expect, test } from 'vitest';
import { displayWidth, oneLine, toTextTable } from '../../scripts/text-table.ts';

test.each([
  ['abc', 3],
  ['山海', 4],
  ['みなと', 6],
  ['한글', 4],
  ['（）', 4],
  ['e\u0301', 1],
  ['🐈', 2],
  ['’“', 2],
])('%s takes %i columns', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test('columns are aligned by what is seen, not by the number of characters', () => {
  const lines = toTextTable([
    ['山海快报', 'ok', 'a'],
    ['Orbit', 'failing', 'b'],
  ]).split('\n');
  expect(lines).toEqual(['山海快报  ok       a', 'Orbit     failing  b']);
});

test('a text from elsewhere cannot send the terminal commands', () => {
  expect(oneLine('red \x1b[31mtext\r\nand\u009b2J more')).toBe('red  [31mtext and 2J more');
});

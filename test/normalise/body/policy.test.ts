import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ELEMENTS, GLOBAL_ATTRIBUTES } from '../../../src/normalise/body/policy.ts';

const PAGE = readFileSync(new URL('../../../docs/bodies.md', import.meta.url), 'utf8');

/** The names in the first column of a table of the page, each with what the second column says. */
function rowsOf(heading: string): [name: string, becomes: string][] {
  const start = PAGE.indexOf(`\n## ${heading}\n`);
  const section = PAGE.slice(start, PAGE.indexOf('\n## ', start + 1));
  return [...section.matchAll(/^\| (.+?) \| (.*?) \|/gm)].flatMap(([, first = '', second = '']) =>
    [...first.matchAll(/`([^`]+)`/g)].flatMap(([, names = '']) =>
      names.split(' ').map((name): [string, string] => [name, second]),
    ),
  );
}

/** What becomes of an element, as the page says it. */
function fateOf(name: string): string {
  const rule = ELEMENTS.get(name);
  if (rule === undefined || rule.kind === 'dropped') return 'dropped with their content';
  if (rule.name !== name) return `\`${rule.name}\``;
  return 'kept';
}

describe('docs/bodies.md', () => {
  const elements = rowsOf('Elements').filter(([name]) => !['hidden', 'noscript', 'iframe'].includes(name));

  it('says of each element what the policy does with it', () => {
    expect(elements).toEqual(elements.map(([name]) => [name, fateOf(name)]));
  });

  it('names every element of the policy once', () => {
    const named = elements.map(([name]) => name).filter((name) => ELEMENTS.has(name));
    const wanted = [...ELEMENTS.keys()].filter((name) => !['noscript', 'iframe'].includes(name));
    expect(named.toSorted()).toEqual(wanted.toSorted());
  });

  it('names every attribute of the policy', () => {
    const named = new Set(rowsOf('Attributes').map(([name]) => name));
    const rules = [...ELEMENTS.values()].flatMap(({ attributes }) => [...attributes.keys()]);
    expect([...rules, ...GLOBAL_ATTRIBUTES.keys()].filter((name) => !named.has(name))).toEqual([]);
  });
});

import { atomText, isData } from './atom-text.ts';
import type { Draft } from './draft.ts';
import type { Element, Rule } from './element.ts';
import { parsePerson } from './person.ts';

/** A text whose form the element's format decides: typed in Atom, unsaid in RSS. */
export const text: Rule = (element, draft) => {
  noteSurroundings(element, draft);
  draft.addText(element.name, element.isAtom ? atomText(element) : element.untypedText('unknown'));
};

/** Atom `content`; what is not meant for readers is kept apart, for want of anything better. */
export const content: Rule = (element, draft) => {
  noteSurroundings(element, draft);
  const name = element.isAtom && isData(element) ? 'data' : element.name;
  draft.addText(name, element.isAtom ? atomText(element) : element.untypedText('unknown'));
};

/** A text of a module that carries markup (`content:encoded`, `xhtml:body`). */
export const html: Rule = (element, draft) => {
  noteSurroundings(element, draft);
  draft.addText(element.name, element.untypedText('html'));
};

export const string: Rule = (element, draft) => draft.addString(element.name, element.string());

export const address: Rule = (element, draft) =>
  draft.addAddress(element.name, element.address(element.string()));

export const person: Rule = (element, draft) => draft.addPerson(element.name, element.person());

/** People in one string, as in RSS and Dublin Core. */
export const personLine: Rule = (element, draft) =>
  draft.addPerson(element.name, parsePerson(element.string() ?? ''));

export const category: Rule = (element, draft) => {
  const term = element.attribute('term');
  const label = element.attribute('label');
  // some vocabularies have addresses for terms, and the word only in the label
  addCategory(
    draft,
    (term?.includes('://') ? (label ?? term) : term) ??
      element.string() ??
      label ??
      element.attribute('text'),
  );
};

/** Several categories in one string with commas, as podcasts and Media RSS have them. */
export const keywords: Rule = (element, draft) => {
  for (const keyword of (element.string() ?? '').split(',')) addCategory(draft, keyword);
};

/** An address in an attribute. */
export function addressIn(attribute: string): Rule {
  return (element, draft) => draft.addAddress(element.name, element.address(element.attribute(attribute)));
}

function addCategory(draft: Draft, name: string | undefined): void {
  const trimmed = name?.replace(/\s+/g, ' ').trim();
  if (!trimmed || draft.categories.length >= MAX_CATEGORIES || draft.categories.includes(trimmed)) return;
  draft.categories.push(trimmed);
}

const MAX_CATEGORIES = 100;

/** Remembers the base and language of a text when it has its own, or when it is the first. */
function noteSurroundings(element: Element, draft: Draft): void {
  const isBody = element.name !== 'title';
  if (isBody || draft.base === undefined) draft.base = element.base;
  if (isBody || draft.language === undefined) draft.language = element.language;
}

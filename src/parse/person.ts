import type { Person } from './parsed-feed.ts';

const EMAIL = /^[^\s@<>()]{1,64}@[^\s@<>()]{1,255}$/;

/** Reads `a@b.org (Name)`, `Name <a@b.org>`, `Name (a@b.org)`, a bare address or a bare name; undefined when blank. */
export function parsePerson(text: string): Person | undefined {
  const line = text.replace(/\s+/g, ' ').trim().slice(0, 1000);
  if (line === '') return undefined;
  const [, before = '', within = ''] = /^([^()<>]*)[(<]([^()<>]*)[)>]?$/.exec(line) ?? [];
  const outer = before.trim();
  const inner = within.replace(/^mailto:/i, '').trim();
  if (EMAIL.test(outer)) return person(inner, outer);
  if (EMAIL.test(inner)) return person(outer, inner);
  const bare = line.replace(/^mailto:/i, '');
  return EMAIL.test(bare) ? { email: bare } : { name: line };
}

/** A person of the parts that are there; undefined when none is. */
export function person(name: string | undefined, email?: string, url?: string): Person | undefined {
  const found: Person = {};
  if (name) found.name = name;
  if (email) found.email = email;
  if (url) found.url = url;
  return found.name === undefined && found.email === undefined && found.url === undefined ? undefined : found;
}

import type { FeedText, ParsedEnclosure, Person } from './parsed-feed.ts';

/** An Atom-style link as it stands in the document. */
export interface Link {
  rel: string;
  type: string | undefined;
  /** Absolute where the document allows it. */
  href: string;
}

/**
 * What has been read of a feed or an item so far: for each field all the elements that may fill it, by canonical
 * name. Which of them counts is settled when all are there.
 */
export class Draft {
  /** The first text that is not empty, of each element. */
  readonly texts = new Map<string, FeedText>();
  /** Strings and dates, the same way. */
  readonly strings = new Map<string, string>();
  /** Addresses, absolute where the document allows it. */
  readonly addresses = new Map<string, string>();
  readonly people = new Map<string, Person[]>();
  readonly links: Link[] = [];
  readonly categories: string[] = [];
  readonly enclosures: ParsedEnclosure[] = [];
  readonly skipHours: number[] = [];
  readonly skipDays: number[] = [];
  /** Bases and languages in force where a text stands, where they differ from the document's. */
  base: string | undefined;
  language: string | undefined;

  addText(name: string, text: FeedText): void {
    if (text.value !== '' && !this.texts.has(name)) this.texts.set(name, text);
  }

  addString(name: string, value: string | undefined): void {
    if (value !== undefined && value !== '' && !this.strings.has(name)) this.strings.set(name, value);
  }

  addAddress(name: string, value: string | undefined): void {
    if (value !== undefined && value !== '' && !this.addresses.has(name)) this.addresses.set(name, value);
  }

  addPerson(name: string, person: Person | undefined): void {
    if (person === undefined) return;
    const known = this.people.get(name);
    if (known === undefined) this.people.set(name, [person]);
    else if (known.length < MAX_PEOPLE) known.push(person);
  }
}

/** A paper with thousands of authors needs no more of them in a list of articles. */
const MAX_PEOPLE = 100;

/** The first that is there, in the order of `names`. */
export function firstOf<T>(values: ReadonlyMap<string, T>, names: readonly string[]): T | undefined {
  if (values.size === 0) return undefined;
  for (const name of names) {
    const value = values.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

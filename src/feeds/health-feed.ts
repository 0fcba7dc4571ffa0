import { escapeText } from '../markup/escape.ts';
import { toXml } from './xml.ts';

/** One change: what broke, or works again. Times are milliseconds since 1970. */
export interface HealthItem {
  /** Unique among the changes of one Tributary. */
  id: number;
  kind: 'broke' | 'recovered';
  /** What it happened to. */
  name: string;
  /** A page about it, absolute. */
  pageUrl: string;
  at: number;
  /** When it broke. */
  since: number;
  /** What is, or was, wrong, in a sentence. */
  detail: string;
}

/** Writes what broke and what recovered as RSS 2.0, an item a change; `items` are newest first. */
export function toHealthFeed(
  items: readonly HealthItem[],
  { title, pageUrl, selfUrl }: { title: string; pageUrl: string; selfUrl: string },
): string {
  const [newest] = items;
  return toXml({
    rss: {
      '@version': '2.0',
      '@xmlns:atom': 'http://www.w3.org/2005/Atom',
      channel: {
        title,
        link: pageUrl,
        description: 'Sources that broke, and sources that work again.',
        'atom:link': { '@rel': 'self', '@type': 'application/rss+xml', '@href': selfUrl },
        generator: 'Tributary',
        lastBuildDate: newest && new Date(newest.at).toUTCString(),
        item: items.map((item) => ({
          title: titleOf(item),
          link: item.pageUrl,
          // the id alone is ours only
          guid: { '@isPermaLink': 'false', '#': `${selfUrl}#${item.id}` },
          pubDate: new Date(item.at).toUTCString(),
          category: item.kind,
          // readers take a description for markup
          description: escapeText(descriptionOf(item)),
        })),
      },
    },
  });
}

function titleOf({ kind, name }: HealthItem): string {
  return kind === 'broke' ? `${shownName(name)} broke` : `${shownName(name)} works again`;
}

const LONGEST_NAME = 120;

/** A name that leaves room for what happened: not too long, without what could not be read or turns the line around. */
function shownName(name: string): string {
  const characters = [...name.replace(/[\ufffd\u202a-\u202e\u2066-\u2069]/g, '').trim()];
  return characters.length > LONGEST_NAME
    ? `${characters.slice(0, LONGEST_NAME).join('')}…`
    : characters.join('');
}

function descriptionOf({ kind, detail, at, since }: HealthItem): string {
  const wrong = /[.!?]$/.test(detail) ? detail : `${detail}.`;
  return kind === 'broke' ? wrong : `It was broken for ${durationInWords(at - since)}: ${wrong}`;
}

const UNITS: readonly (readonly [string, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** `3 days`, `1 hour`, `less than a minute`. */
function durationInWords(milliseconds: number): string {
  const [unit, length] = UNITS.find((each) => milliseconds >= each[1]) ?? [];
  if (unit === undefined || length === undefined) return 'less than a minute';
  const count = Math.floor(milliseconds / length);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

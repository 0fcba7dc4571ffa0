import { decodeXML } from 'entities/decode';
import { XMLBuilder } from 'fast-xml-parser';
import { Tokenizer } from '../markup/tokenizer.ts';
import { checkSourceEntry } from './source-entry.ts';
import type { ListProblem, SourceEntry, SourceList, SourceListResult } from './source-list.ts';

/** Outlines nested deeper than this are no category path any more. */
const MAX_DEPTH = 64;

/**
 * Reads the feeds of an OPML list (1.0, 1.1, 2.0); folders become category paths. Lists in circulation are often not
 * well-formed XML (a bare `&` in a title), so it is read with the feed reader's tokenizer, which minds no such thing.
 * An outline whose `xmlUrl` cannot be followed is a problem with its line. The same feed in two folders is followed
 * once, in the first.
 */
export function parseOpml(text: string): SourceListResult {
  const tokens = new Tokenizer(text, 'xml');
  const lineOf = lineCounter(text);
  const problems: ListProblem[] = [];
  const sources = new Map<string, SourceEntry>();
  const open: string[] = [];
  let isOpml = false;
  let isWhole = false;
  for (let kind = tokens.next(); kind !== 'end'; kind = tokens.next()) {
    if (kind === 'open' && tokens.name === 'opml') isOpml = true;
    if (kind === 'close' && tokens.name === 'opml') isWhole = true;
    if (kind === 'close' && tokens.name === 'outline') open.pop();
    if (kind !== 'open' || tokens.name !== 'outline') continue;
    const attribute = (name: string) => decodeXML(tokens.attribute(name) ?? '').trim();
    const title = attribute('title') || attribute('text');
    const behind = textBehind(text, tokens.position);
    const xmlUrl = attribute('xmlurl') || decodeXML(XML_URL.exec(behind)?.[1] ?? '').trim();
    if (xmlUrl !== '') {
      const categories = open.filter((name) => name !== '').slice(0, 8);
      const checked = checkSourceEntry({
        url: xmlUrl,
        categories,
        ...(title === '' || title === xmlUrl ? {} : { title }),
      });
      if (checked.kind === 'wrong')
        problems.push({ line: lineOf(tokens.tokenStart), message: checked.message });
      else if (!sources.has(checked.value.url)) sources.set(checked.value.url, checked.value);
    }
    if (!tokens.selfClosing && !behind.endsWith('/>')) {
      if (open.length >= MAX_DEPTH) {
        return {
          kind: 'invalid',
          problems: [{ line: lineOf(tokens.tokenStart), message: 'outlines nest too deep' }],
        };
      }
      open.push(xmlUrl === '' ? title : '');
    }
  }
  if (!isOpml)
    return { kind: 'invalid', problems: [{ line: 1, message: 'this is no OPML: there is no <opml> in it' }] };
  // half a list would be taken for a shorter one
  if (!isWhole)
    problems.push({ line: lineOf(text.length), message: 'the list breaks off: there is no </opml>' });
  if (problems.length > 0) return { kind: 'invalid', problems };
  return { kind: 'list', list: { rsshub: [], sources: [...sources.values()] } };
}

const XML_URL = /\sxmlUrl\s*=\s*"([^"]*)"/i;

/**
 * What stands between an outline's tag and the next one. It is more than space where an attribute holds bare markup,
 * which ends the tag too early: then the rest of the outline is in it.
 */
function textBehind(text: string, position: number): string {
  const outline = /<\/?(?:outline|body)\b/gi;
  outline.lastIndex = position;
  return text.slice(position, outline.exec(text)?.index ?? position).trim();
}

interface OutlineNode {
  '@_text': string;
  '@_title'?: string;
  '@_type'?: 'rss';
  '@_xmlUrl'?: string;
  outline: OutlineNode[];
}

/**
 * Writes sources as OPML 2.0: a folder a category level, feeds as `type="rss"`. Folders carry `text` only, because
 * readers take an outline with a title for a feed.
 */
export function toOpml(list: SourceList, options: { title: string }): string {
  const root: OutlineNode = { '@_text': '', outline: [] };
  for (const source of list.sources) {
    const name = source.title ?? source.url;
    folderFor(root, source.categories).outline.push({
      '@_text': name,
      '@_title': name,
      '@_type': 'rss',
      '@_xmlUrl': source.url,
      outline: [],
    });
  }
  const builder = new XMLBuilder({ ignoreAttributes: false, format: true, suppressEmptyNode: true });
  return builder.build({
    '?xml': { '@_version': '1.0', '@_encoding': 'UTF-8' },
    opml: { '@_version': '2.0', head: { title: options.title }, body: { outline: root.outline } },
  });
}

function folderFor(root: OutlineNode, path: readonly string[]): OutlineNode {
  let folder = root;
  for (const name of path) {
    let next = folder.outline.find((node) => node['@_text'] === name && node['@_xmlUrl'] === undefined);
    if (!next) {
      next = { '@_text': name, outline: [] };
      folder.outline.push(next);
    }
    folder = next;
  }
  return folder;
}

/** A function that tells the line of an offset; asked for rising offsets, it reads the text once. */
function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let at = 0;
  return (offset) => {
    for (let next = text.indexOf('\n', at); next >= 0 && next < offset; next = text.indexOf('\n', at)) {
      line++;
      at = next + 1;
    }
    return line;
  };
}

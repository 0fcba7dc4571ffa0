import { parseArgs } from 'node:util';
import { checkSourceEntry } from '../src/sources/source-entry.ts';
import type { SourceEntry } from '../src/sources/source-list.ts';
import { CommandFailure } from './command-failure.ts';

export const USAGE = `Usage:
  npm run sources -- import FILE [--prune]      add and update what a sources.yaml or OPML file lists;
                                                --prune removes what it does not list
  npm run sources -- export [--opml]            write the list as YAML, or as OPML
  npm run sources -- list                       show every source and what is wrong with it
  npm run sources -- add URL [--categories a/b/c] [--title TITLE]
  npm run sources -- remove ID-OR-URL
  npm run sources -- accept ID-OR-URL           follow it at the address where its feed seems to be now
  npm run sources -- refuse ID-OR-URL           or not
With --at https://news.example.org the command is for a deployed Worker, and ADMIN_TOKEN is its token.
`;

/** What the `sources` command is asked to do. */
export type SourcesCommand =
  | { kind: 'import'; file: string; prune: boolean }
  | { kind: 'export'; format: 'yaml' | 'opml' }
  | { kind: 'list' }
  | { kind: 'add'; entry: SourceEntry }
  | { kind: 'remove' | 'accept' | 'refuse'; idOrUrl: string }
  | { kind: 'help' };

/** Each command's one argument, and the options it takes beside `--at`. */
const COMMANDS: Record<string, { argument?: string; options: readonly string[] }> = {
  import: { argument: 'FILE', options: ['prune'] },
  export: { options: ['opml'] },
  list: { options: [] },
  add: { argument: 'URL', options: ['categories', 'title'] },
  remove: { argument: 'ID-OR-URL', options: [] },
  accept: { argument: 'ID-OR-URL', options: [] },
  refuse: { argument: 'ID-OR-URL', options: [] },
};

/** Reads the arguments. @throws CommandFailure with exit code 2 and the usage when they are not right. */
export function readSourcesArguments(args: readonly string[]): { command: SourcesCommand; at?: string } {
  const { values, positionals } = parse(args);
  const [name, argument, ...more] = positionals;
  if (values.help || name === 'help') return { command: { kind: 'help' } };
  const expected = name === undefined ? undefined : COMMANDS[name];
  if (!expected)
    throw misuse(name === undefined ? 'Say what to do with the sources.' : `There is no command "${name}".`);

  if (expected.argument !== undefined && argument === undefined)
    throw misuse(`"${name}" needs ${expected.argument}.`);
  const surplus = expected.argument === undefined ? argument : more[0];
  if (surplus !== undefined) throw misuse(`"${surplus}" is one argument too many.`);
  const odd = Object.keys(values).find((option) => option !== 'at' && !expected.options.includes(option));
  if (odd !== undefined) throw misuse(`"${name}" has no option --${odd}.`);

  const command = toCommand(name ?? '', argument ?? '', values);
  return { command, ...(values.at === undefined ? {} : { at: readOrigin(values.at) }) };
}

type Values = ReturnType<typeof parse>['values'];

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        at: { type: 'string' },
        prune: { type: 'boolean' },
        opml: { type: 'boolean' },
        categories: { type: 'string' },
        title: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw misuse(`${(error as Error).message.split('. ')[0]}.`);
  }
}

function toCommand(name: string, argument: string, values: Values): SourcesCommand {
  switch (name) {
    case 'import':
      return { kind: 'import', file: argument, prune: values.prune === true };
    case 'export':
      return { kind: 'export', format: values.opml ? 'opml' : 'yaml' };
    case 'add':
      return { kind: 'add', entry: readEntry(argument, values) };
    case 'remove':
    case 'accept':
    case 'refuse':
      return { kind: name, idOrUrl: argument };
    default:
      return { kind: 'list' };
  }
}

function readEntry(url: string, { categories, title }: Values): SourceEntry {
  const checked = checkSourceEntry({
    url,
    categories: categories?.split('/').filter((level) => level.trim()),
    title,
  });
  if (checked.kind === 'wrong') throw new CommandFailure(`${checked.message}.`);
  return checked.value;
}

function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = url !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)) return url.origin;
  // The owner's token must not cross a network in the clear.
  throw misuse(`--at is an address such as https://news.example.org, not "${text}".`);
}

function misuse(sentence: string): CommandFailure {
  return new CommandFailure(`${sentence}\n${USAGE.trimEnd()}`, 2);
}

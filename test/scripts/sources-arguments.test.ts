import { expect, test } from 'vitest';
import { CommandFailure } from '../../scripts/command-failure.ts';
import { readSourcesArguments } from '../../scripts/sources-arguments.ts';

function failureOf(...args: string[]): CommandFailure {
  try {
    readSourcesArguments(args);
  } catch (error) {
    if (error instanceof CommandFailure) return error;
    throw error;
  }
  throw new Error(`${args.join(' ')} was taken`);
}

test('each command is read with its argument and options', () => {
  expect(readSourcesArguments(['import', 'a.opml', '--prune']).command).toEqual({
    kind: 'import',
    file: 'a.opml',
    prune: true,
  });
  expect(readSourcesArguments(['export', '--opml']).command).toEqual({ kind: 'export', format: 'opml' });
  expect(readSourcesArguments(['list']).command).toEqual({ kind: 'list' });
  expect(readSourcesArguments(['remove', '0123456789ab']).command).toEqual({
    kind: 'remove',
    idOrUrl: '0123456789ab',
  });
  expect(readSourcesArguments(['accept', '0123456789ab']).command.kind).toBe('accept');
  expect(readSourcesArguments(['refuse', '0123456789ab']).command.kind).toBe('refuse');
  expect(readSourcesArguments(['--help']).command).toEqual({ kind: 'help' });
});

test('a source to add gets its category path and its title', () => {
  const { command } = readSourcesArguments([
    'add',
    'https://example.org/feed',
    '--categories',
    '新媒体/趣头条',
    '--title',
    'T',
  ]);
  expect(command).toEqual({
    kind: 'add',
    entry: { url: 'https://example.org/feed', categories: ['新媒体', '趣头条'], title: 'T' },
  });
});

test.each([
  [[], 'Say what to do'],
  [['frob'], 'no command "frob"'],
  [['import'], '"import" needs FILE'],
  [['list', 'all'], '"all" is one argument too many'],
  [['import', 'a', 'b'], '"b" is one argument too many'],
  [['list', '--prune'], '"list" has no option --prune'],
  [['list', '--frob'], "Unknown option '--frob'"],
  [['list', '--at', 'http://news.example.org'], '--at is an address such as https://'],
])('%j is misuse: the sentence, the usage, exit code 2', (args, sentence) => {
  const failure = failureOf(...args);
  expect(failure.message).toContain(sentence);
  expect(failure.message).toContain('Usage:');
  expect(failure.exitCode).toBe(2);
});

test('an address that is none is a wrong value, not misuse', () => {
  const failure = failureOf('add', 'ftp://example.org/feed');
  expect(failure.message).toContain('ftp://example.org/feed');
  expect(failure.exitCode).toBe(1);
});

test('a deployed Worker is named by https, a local one may be named by http', () => {
  expect(readSourcesArguments(['list', '--at', 'https://news.example.org/x']).at).toBe(
    'https://news.example.org',
  );
  expect(readSourcesArguments(['list', '--at', 'http://127.0.0.1:9000']).at).toBe('http://127.0.0.1:9000');
});

import { expect, it } from 'vitest';
import { blobId } from '../../src/git/blob-id.ts';
import { readRepositoryAddress } from '../../src/git/repository-address.ts';

it.each([
  ['owner/blog', 'github', 'https://api.github.com/repos/owner/blog'],
  ['https://github.com/owner/my.blog.git', 'github', 'https://api.github.com/repos/owner/my.blog'],
  ['https://api.github.com/repos/owner/blog', 'github', 'https://api.github.com/repos/owner/blog'],
  ['https://git.corp.example/api/v3/repos/o/b', 'github', 'https://git.corp.example/api/v3/repos/o/b'],
  ['https://codeberg.org/owner/blog/', 'gitea', 'https://codeberg.org/api/v1/repos/owner/blog'],
  ['http://127.0.0.1:3000/owner/blog.git', 'gitea', 'http://127.0.0.1:3000/api/v1/repos/owner/blog'],
  ['https://example.org/git/owner/blog', 'gitea', 'https://example.org/git/api/v1/repos/owner/blog'],
  ['https://example.org/api/v1/repos/o/b', 'gitea', 'https://example.org/api/v1/repos/o/b'],
])('%s is a repository at %s with the API %s', (text, forge, api) => {
  expect(readRepositoryAddress(text)).toEqual({ forge, api });
});

it.each(['', 'blog', 'git@github.com:owner/blog.git', 'https://github.com/owner', 'ftp://a/b/c', 'a/b/c'])(
  '%j is no address of a repository',
  (text) => {
    expect(readRepositoryAddress(text)).toBeUndefined();
  },
);

it('a file has the id that git gives it', () => {
  expect(blobId('hello\n', 40)).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
  expect(blobId('hello\n', 64)).toBe('2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4');
});

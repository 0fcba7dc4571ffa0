import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PostsFolder } from '../../scripts/posts-folder.ts';

let out = '';
beforeEach(() => {
  out = mkdtempSync(path.join(tmpdir(), 'posts-'));
});
afterEach(() => rmSync(out, { recursive: true }));

const read = (file: string) => readFileSync(path.join(out, file), 'utf8');
const everything = () =>
  readdirSync(out, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(out, path.join(entry.parentPath, entry.name)))
    .sort()
    .map((file) => [file, read(file)]);

function writeOne(text = 'one', version = '1', wanted = 'a/one.md') {
  const folder = new PostsFolder(out);
  const result = folder.write('id1', wanted, version, text);
  folder.finish();
  return result;
}

describe('a folder of posts', () => {
  it('adds, updates under the first name, and changes nothing without news', () => {
    expect(writeOne()).toBe('added');
    const before = everything();
    expect(new PostsFolder(out).isCurrent('id1', '1')).toBe(true);
    expect(writeOne()).toBe('unchanged');
    expect(everything()).toEqual(before);
    expect(writeOne('two', '2', 'a/renamed.md')).toBe('updated');
    expect(everything().map(([file]) => file)).toEqual(['.tributary-posts.json', 'a/one.md']);
    expect(read('a/one.md')).toBe('two');
  });

  it('touches no file it did not write, and none that was changed since', () => {
    writeFileSync(path.join(out, 'mine.md'), 'mine');
    expect(writeOne('ours', '1', 'mine.md')).toBe('foreign');
    expect(read('mine.md')).toBe('mine');
    writeOne();
    writeFileSync(path.join(out, 'a/one.md'), 'changed by hand');
    expect(writeOne('two', '2')).toBe('foreign');
    expect(new PostsFolder(out).remove('id1')).toBe(false);
    expect(read('a/one.md')).toBe('changed by hand');
  });

  it('takes up a run that was killed, with the result of an undisturbed one', () => {
    writeOne();
    const killed = new PostsFolder(out);
    killed.write('id1', 'a/one.md', '2', 'two');
    killed.write('id2', 'b.md', '2', 'b');
    const next = new PostsFolder(out);
    expect(next.isCurrent('id1', '2')).toBe(true);
    expect(next.write('id1', 'a/one.md', '3', 'three')).toBe('updated');
    next.finish();
    const result = everything();
    rmSync(out, { recursive: true });
    const undisturbed = new PostsFolder(out);
    undisturbed.write('id1', 'a/one.md', '3', 'three');
    undisturbed.write('id2', 'b.md', '2', 'b');
    undisturbed.finish();
    expect(result).toEqual(everything());
  });

  it('removes a post with the folders it leaves empty', () => {
    writeOne();
    const folder = new PostsFolder(out);
    expect(folder.remove('id1')).toBe(true);
    folder.finish();
    expect(everything().map(([file]) => file)).toEqual(['.tributary-posts.json']);
  });

  it('refuses a path that leads out, and a manifest that names one', () => {
    expect(() => writeOne('x', '1', '../x.md')).toThrow('no path inside');
    const posts = { id: { path: '../../x', version: '1', sha256: '' } };
    writeFileSync(path.join(out, '.tributary-posts.json'), JSON.stringify({ posts }));
    expect(() => new PostsFolder(out)).toThrow('is damaged');
  });
});

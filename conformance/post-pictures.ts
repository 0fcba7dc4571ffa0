/**
 * The posts of the old system in `posts/`: every picture of their bodies must be found, and the head picture must be
 * the one their front matter names, which the old system took from the body or, without one, invented.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cleanBody } from '../src/normalise/clean-body.ts';
import { readBody } from './read-body.ts';
import type { ConformanceResult } from './result.ts';

const OLD_PROXY = /https:\/\/cors\.zfour\.workers\.dev\/\?/g;
/** Where the old system took a picture from when the body had none. */
const INVENTED = 'https://picsum.photos/';
/** Some of its front matter is no valid YAML. */
const HEAD_PICTURE = /^(?:headimg|thumbnail): *['"]?([^'"\n]*)/m;

export async function run(data: string): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'pictures of posts', passed: 0, failed: 0, lines: [] };
  const folder = path.join(data, 'posts');
  if (!existsSync(folder)) return { ...result, lines: [`skipped: ${folder} is not there`] };
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.md'))) {
    const post = readFileSync(path.join(folder, file), 'utf8').replace(OLD_PROXY, '');
    const bodyAt = post.indexOf('\n---\n', 5);
    const old = HEAD_PICTURE.exec(post.slice(0, bodyAt))?.[1];
    const wanted = old?.startsWith(INVENTED) ? undefined : old;
    const markup = post.slice(bodyAt + 5);
    const { headImage, pictures } = cleanBody(markup, { scope: '' });
    const lost = readBody(markup).pictures.filter((picture) => !pictures.includes(picture));
    const faults = lost.map((picture) => `lost ${picture}`);
    if (headImage !== wanted) faults.push(`the head picture is ${headImage}, not ${wanted}`);
    if (faults.length === 0) result.passed++;
    else {
      result.failed++;
      result.lines.push(`${file}: ${faults.join('; ')}`);
    }
  }
  return result;
}

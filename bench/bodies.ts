/**
 * The body cleaner beside sanitize-html, which only sanitises, and htmlparser2, which only parses. All take turns in
 * one run, so that a busy machine slows all of them; the median of their rounds is shown, and how it compares with
 * ours.
 */
import { Parser } from 'htmlparser2';
import sanitize from 'sanitize-html';
import { cleanBody } from '../src/normalise/clean-body.ts';
import { median } from './median.ts';
import { makeBody } from './samples.ts';

const ROUNDS = 15;
/** Characters each round works through, in as many bodies as that takes. */
const ROUND_LENGTH = 400_000;

type Clean = (html: string) => unknown;

const SANITIZE_OPTIONS = { allowedTags: [...sanitize.defaults.allowedTags, 'img'] };

const CONTENDERS: Record<string, Clean> = {
  // words are counted when they are asked for
  'clean-body': (html) => cleanBody(html, { base: 'https://example.org/posts/', scope: 'u-' }).words,
  htmlparser2: (html) => new Parser({ ontext: () => {}, onopentag: () => {} }).end(html),
  'sanitize-html': (html) => sanitize(html, SANITIZE_OPTIONS),
};

export async function run(): Promise<void> {
  for (const [name, body] of Object.entries({
    'Chinese, 5 KB': makeBody('chinese', 5_000),
    'Chinese, 50 KB': makeBody('chinese', 50_000),
    'Chinese, 1 MB': makeBody('chinese', 1_000_000),
    'English, 5 KB': makeBody('english', 5_000),
    'English, 50 KB': makeBody('english', 50_000),
    'English, 1 MB': makeBody('english', 1_000_000),
  })) {
    const times = measure(body);
    const ours = median(times['clean-body'] ?? []);
    for (const [contender, rounds] of Object.entries(times)) {
      const each = median(rounds) / Math.ceil(ROUND_LENGTH / body.length);
      const ratio = (median(rounds) / ours).toFixed(2);
      console.log(
        `${name.padEnd(15)} ${contender.padEnd(14)} ${each.toFixed(3).padStart(9)} ms a body  ${ratio} of ours`,
      );
    }
  }
}

function measure(body: string): Record<string, number[]> {
  const times: Record<string, number[]> = Object.fromEntries(
    Object.keys(CONTENDERS).map((name) => [name, []]),
  );
  const bodies = Math.ceil(ROUND_LENGTH / body.length);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, clean] of Object.entries(CONTENDERS)) {
      const before = performance.now();
      for (let count = 0; count < bodies; count++) clean(body);
      times[name]?.push(performance.now() - before);
    }
  }
  return times;
}

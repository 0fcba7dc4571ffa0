import type { Rule, Rules } from './element.ts';
import { addressIn, category, keywords, person, text } from './field-rules.ts';

/** Pictures and texts of Media RSS and of the podcast modules. */

const thumbnail = addressIn('url');

/** `media:content` is kept only as the item's picture, and it may hold the fields of the item once more. */
const mediaContent: Rule = {
  begin(element, draft) {
    const type = element.attribute('type') ?? element.attribute('medium') ?? '';
    const url = element.address(element.attribute('url'));
    if (/^image\b/i.test(type) || (type === '' && /\.(?:jpe?g|png|gif|webp|avif)(?:\?|$)/i.test(url ?? ''))) {
      draft.addAddress('media:content', url);
    }
  },
  get rules() {
    return MEDIA_RULES;
  },
};

const MEDIA_TEXTS: readonly (readonly [string, Rule])[] = [
  ['media:title', text],
  ['media:description', text],
  ['media:thumbnail', thumbnail],
  ['media:category', category],
  ['media:keywords', keywords],
];

export const MEDIA_RULES: Rules = new Map<string, Rule>([...MEDIA_TEXTS, ['media:content', mediaContent]]);

export const PODCAST_RULES: readonly (readonly [string, Rule])[] = [
  ['itunes:image', addressIn('href')],
  ['googleplay:image', addressIn('href')],
  ['itunes:author', person],
  ['googleplay:author', person],
  ['itunes:summary', text],
  ['itunes:subtitle', text],
  ['googleplay:description', text],
  ['itunes:title', text],
  ['itunes:keywords', keywords],
];

/** `image` of RSS has the address in `url`; others write it as text. */
export const image: Rule = (element, draft) => {
  const resource = element.attribute('rdf:resource') ?? element.attribute('href') ?? element.attribute('url');
  const fields = element.fields();
  draft.addAddress('image', element.address(fields.get('url') ?? fields.get('') ?? resource));
};

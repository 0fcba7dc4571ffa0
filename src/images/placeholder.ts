import { picture } from './answer.ts';

/**
 * A grey frame, 96 by 72. A GIF shows where an SVG does not: in mail, in readers that draw pictures themselves, in
 * `createImageBitmap`.
 */
const PLACEHOLDER = Uint8Array.from(
  atob(
    'R0lGODlhYABIAIAAAObm5rCwsCH5BAQAAAAALAAAAABgAEgAAALhhI+py+0Po5y02ouz3rz7D4biSJbmiabqyrbuC8fyTNf2jef6zvf+' +
      'Dwz2AsSi8YhMKo28pfPpbAZQRCl1uquetDpuyYsDX5AKsc1cISfQNPZEjXDL5BH4gQ7DP+wGvcvfwAcAyEI4htWF+KUYxjhiqCIHGed4' +
      'VnlXpDF5FXi0cLkGOsOWFCradxqDtoSZ6bC5VQlV2mlVNiuIaUuJmzuYmsfYy3q7+zusVJyliBxFudv89LyMGu38a0wCa7JdB/xibS0V' +
      'jixkfo6err7O3u7+Dh8vP09fb3+Pn6+/z9/v/1AAADs=',
  ),
  (c) => c.charCodeAt(0),
);

/**
 * Our own picture in place of a refusal, for pages that want one in any case. What was wrong is in `X-Picture-Error`,
 * status and sentence.
 */
export async function placeholderFor(refusal: Response): Promise<Response> {
  const sentence = (await refusal.text()).trim().replace(/[^ -~]+/g, ' ');
  const facts = { type: 'image/gif', cacheControl: 'public, max-age=60' };
  const answer = picture(PLACEHOLDER, { facts, length: PLACEHOLDER.length });
  answer.headers.set('X-Picture-Error', `${refusal.status} ${sentence}`.slice(0, 500));
  const retryAfter = refusal.headers.get('Retry-After');
  if (retryAfter !== null) answer.headers.set('Retry-After', retryAfter);
  return answer;
}

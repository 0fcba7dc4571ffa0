import { Parser } from 'htmlparser2';

/** What the cleaner drops with its content, on purpose. */
const DROPPED = new Set(
  'style script template object applet embed svg textarea select option datalist title xmp noembed noframes frameset frame canvas dialog annotation-xml button iframe noscript'.split(
    ' ',
  ),
);

/** The text a reader sees, without white space, and the addresses of the pictures, unproxied. */
export function readBody(html: string): { text: string; pictures: string[] } {
  let text = '';
  let dropped = 0;
  const pictures: string[] = [];
  const parser = new Parser({
    onopentag(name, attributes) {
      if (DROPPED.has(name)) dropped++;
      if (name === 'iframe' && dropped === 1) text += frameText(attributes);
      const src = attributes.src?.replace(/^https?:\/\/[^/]+\/\?(?=http)/, '');
      if (name === 'img' && dropped === 0 && src) pictures.push(src);
    },
    ontext(part) {
      if (dropped === 0) text += part;
    },
    onclosetag(name) {
      if (DROPPED.has(name)) dropped--;
    },
  });
  parser.end(html);
  return { text: text.replace(/\s+/g, ''), pictures };
}

/** A frame of a stranger becomes a link that is called as the frame was, or by its address. */
function frameText({ title, src = '' }: Record<string, string>): string {
  return /\/\/(?:[\w-]+\.)*youtube(?:-nocookie)?\.com\//.test(src)
    ? ''
    : (title || src.replace(/^(?:https?:)?\/\//, '')).slice(0, 80);
}

/**
 * Whether the beginning of a picture shows that it moves: a GIF may always, WebP says so in its header, AVIF by its
 * brand, PNG by a chunk before the pixels (https://wiki.mozilla.org/APNG_Specification).
 */
export function isAnimated(head: Uint8Array, type: string): boolean {
  if (type === 'image/gif') return true;
  if (type === 'image/webp') return textAt(head, 12) === 'VP8X' && ((head[20] ?? 0) & 0x02) !== 0;
  if (type === 'image/avif') return textAt(head, 8) === 'avis';
  return type === 'image/png' && hasAnimationControl(head);
}

function hasAnimationControl(head: Uint8Array): boolean {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  for (let at = 8; at + 8 <= head.length; at += 12 + view.getUint32(at)) {
    const chunk = textAt(head, at + 4);
    if (chunk === 'acTL') return true;
    if (chunk === 'IDAT') return false;
  }
  return false;
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

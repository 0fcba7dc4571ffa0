/** What windows-1252 has in place of the controls 0x80 to 0x9f; five of them it has not either. */
const SIGNS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** The byte of a character of windows-1252, or of a control in its place. */
export function windows1252Byte(character: string): number {
  const code = character.charCodeAt(0);
  return code <= 0xff ? code : 0x80 + SIGNS.indexOf(character);
}

/** The character that was meant by a control 0x80 to 0x9f, as HTML reads their numbers (WHATWG HTML, 13.2.5.80). */
export function characterOfControl(control: string): string {
  return SIGNS[control.charCodeAt(0) - 0x80] ?? control;
}

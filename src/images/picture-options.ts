/** How a picture is wanted besides as it is. */
export interface PictureOptions {
  /** Where there is no picture, one of ours in its place. */
  placeholder?: true;
  /** Not wider than so many pixels: one of `WIDTHS`. */
  width?: number;
  /** In the best format that the client knows, whatever that of the origin is. */
  format?: 'auto';
}

export type OptionsResult =
  | { kind: 'options'; options: PictureOptions; rest: string }
  | { kind: 'refused'; detail: string };

/** Few, so that the cache cannot be filled with one picture. What is asked for in between gets the next wider one. */
const WIDTHS = [160, 320, 480, 640, 960, 1280, 1920, 2560] as const;

/** No other address of ours begins so, and a target behind `?` keeps its own parameters of these names. */
const OPTIONS_PATH = /^\/((?:placeholder(?=[,/])|w=|format=)[^/]*)(\/.*)$/;

/**
 * Takes the options off a path: `/w=640,format=auto/aHR0c…` is `/aHR0c…` with two of them. They stand in the first part
 * of the path, separated by commas.
 */
export function readOptions(path: string): OptionsResult {
  const [, list, rest] = OPTIONS_PATH.exec(path) ?? [];
  if (list === undefined || rest === undefined) return { kind: 'options', options: {}, rest: path };
  const options: PictureOptions = {};
  for (const text of list.split(',')) {
    const option = readOption(text);
    if (option === undefined)
      return { kind: 'refused', detail: `an option is w=640, format=auto or placeholder, not "${text}"` };
    Object.assign(options, option);
  }
  return { kind: 'options', options, rest };
}

function readOption(text: string): PictureOptions | undefined {
  if (text === 'placeholder') return { placeholder: true };
  if (text === 'format=auto') return { format: 'auto' };
  const width = Number(/^w=([1-9]\d{0,4})$/.exec(text)?.[1]);
  if (Number.isNaN(width)) return undefined;
  return { width: WIDTHS.find((step) => step >= width) ?? Math.max(...WIDTHS) };
}

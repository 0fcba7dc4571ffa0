/** How a picture is wanted besides as it is. */
export interface PictureOptions {
  /** Where there is no picture, one of ours in its place. */
  placeholder?: true;
}

export type OptionsResult =
  | { kind: 'options'; options: PictureOptions; rest: string }
  | { kind: 'refused'; detail: string };

/** No other address of ours begins so, and a target behind `?` keeps its own parameters of these names. */
const OPTIONS_PATH = /^\/(placeholder(?:,[^/]*)?)(\/.*)$/;

/**
 * Takes the options off a path: `/placeholder/aHR0c…` is `/aHR0c…` with an option. They stand in the first part of the
 * path, separated by commas.
 */
export function readOptions(path: string): OptionsResult {
  const [, list, rest] = OPTIONS_PATH.exec(path) ?? [];
  if (list === undefined || rest === undefined) return { kind: 'options', options: {}, rest: path };
  const options: PictureOptions = {};
  for (const option of list.split(',')) {
    if (option !== 'placeholder')
      return { kind: 'refused', detail: `"${option}" is no option for a picture` };
    options.placeholder = true;
  }
  return { kind: 'options', options, rest };
}

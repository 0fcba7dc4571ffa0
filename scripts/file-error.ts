const IN_WORDS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EISDIR', 'it is a folder'],
  ['EEXIST', 'it is a file, and no folder'],
  ['ENOTDIR', 'what stands before a slash in it is a file, and no folder'],
  ['EACCES', 'its permissions do not allow it'],
  ['EROFS', 'the disk cannot be written to'],
  ['ENOSPC', 'the disk is full'],
]);

/** Why something could not be done with a file or a folder, as the end of a sentence. */
export function fileErrorInWords(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return IN_WORDS.get(code) ?? message;
}

/** UTF-8, as `scripts/chinese-dictionaries.ts` writes it. */
declare const file: ArrayBuffer;
export default file;

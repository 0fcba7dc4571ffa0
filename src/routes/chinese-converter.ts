import { type ConversionName, type Converter, Dictionaries } from '../chinese/converter.ts';

/** Of this isolate, once a feed has asked for them. */
let dictionaries: Dictionaries | undefined;

/** What converts texts that way. The tables are a module apart, so that isolates in which nobody asks do without. */
export async function chineseConverter(name: ConversionName): Promise<Converter> {
  if (dictionaries === undefined) {
    const { default: file } = await import('../chinese/dictionaries.bin');
    dictionaries ??= new Dictionaries(new TextDecoder().decode(file));
  }
  return dictionaries.converter(name);
}

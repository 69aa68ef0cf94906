// What a person reads, without the colours.
import { stripVTControlCharacters } from 'node:util';

export function plain(text: string): string {
  return stripVTControlCharacters(text);
}

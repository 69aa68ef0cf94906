// Keys in listings, encoded when the client asks for it: XML cannot carry every character.

/** As a URL has it, with slashes left alone, for the encoding type `url`. */
export function encodeKey(key: string, encodingType: string | undefined): string {
  if (encodingType !== 'url') return key;
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+')
    .replace(/[!'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

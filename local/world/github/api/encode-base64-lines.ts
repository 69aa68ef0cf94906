// Base64 as the REST API sends file contents.

const LINE_CHARACTERS = 60;

/** Base64 in lines of 60 characters, each with a line feed. */
export function encodeBase64Lines(content: Buffer): string {
  const lines = content.toString('base64').match(new RegExp(`.{1,${LINE_CHARACTERS}}`, 'g')) ?? [];
  return lines.map((line) => `${line}\n`).join('');
}

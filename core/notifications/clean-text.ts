// Takes from a text what hides, reorders or breaks it, wherever it came from.

/** On one line, without control, format or bidirectional characters, cut at `maximumLength` code units. */
export function cleanText(text: string, maximumLength: number): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return line.length <= maximumLength ? line : `${line.slice(0, maximumLength - 1).toWellFormed()}…`;
}

/** The address when it is one that a person may be sent to; a payload's `javascript:` is not. */
export function findLink(url: string | undefined): string | undefined {
  return url !== undefined && /^https:\/\/[^\s|<>"'`\\]{1,2000}$/.test(url) ? url : undefined;
}

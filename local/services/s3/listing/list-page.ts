// One page of a listing: keys rolled up to common prefixes, from a place on, up to a number.

export interface PageRequest {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly most: number;
}

export type PageEntry<T> = { readonly prefix: string } | { readonly item: T };

export interface Page<T> {
  readonly entries: readonly PageEntry<T>[];
  readonly isTruncated: boolean;
}

/** `items` are in the order of their keys and begin where the page does; `skipped` is a common prefix told already. */
export function listPage<T>(
  items: Iterable<{ readonly key: string; readonly item: T }>,
  request: PageRequest,
  skipped: string | undefined,
): Page<T> {
  const entries: PageEntry<T>[] = [];
  let rolledUp = skipped;
  for (const { key, item } of items) {
    const common = findCommonPrefix(key, request);
    if (common !== undefined && common === rolledUp) continue;
    if (entries.length >= request.most) return { entries, isTruncated: request.most > 0 };
    rolledUp = common;
    entries.push(common === undefined ? { item } : { prefix: common });
  }
  return { entries, isTruncated: false };
}

function findCommonPrefix(key: string, { prefix, delimiter }: PageRequest): string | undefined {
  if (!delimiter) return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end === -1 ? undefined : key.slice(0, end + delimiter.length);
}

// Pages of lists: the token says where the next page begins.
import { AwsError } from '../../../runtime/service.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/** Throws InvalidToken for a token that no page gave. */
export function readPosition(nextToken: string | undefined): number {
  if (nextToken === undefined) return 0;
  const position = Number(Buffer.from(nextToken, 'base64url').toString());
  if (Number.isInteger(position) && position > 0) return position;
  throw new AwsError('InvalidToken', `Invalid Token: '${nextToken}'`);
}

export function writePosition(position: number): string {
  return Buffer.from(String(position)).toString('base64url');
}

/** One page of the list; `maxResults` 0 or absent gives the default number. */
export function pageOf<T>(
  items: readonly T[],
  options: { nextToken?: string | undefined; maxResults?: number | undefined },
  defaultSize = 100,
): Page<T> {
  const from = readPosition(options.nextToken);
  const to = from + (options.maxResults || defaultSize);
  const page = { items: items.slice(from, to) };
  return to < items.length ? { ...page, nextToken: writePosition(to) } : page;
}

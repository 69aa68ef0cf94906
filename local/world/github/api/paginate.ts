// Pages of a list and the Link header between them (https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api).
import type { ApiAnswer, ApiCall } from './route.ts';

const DEFAULT_PAGE_SIZE = 30;
const MAXIMUM_PAGE_SIZE = 100;

export interface Page {
  readonly number: number;
  readonly size: number;
}

/** The page that a request asks for; GitHub silently corrects what is out of range. */
export function parsePage(
  query: URLSearchParams,
  defaultSize = DEFAULT_PAGE_SIZE,
  maximumSize = MAXIMUM_PAGE_SIZE,
): Page {
  const size = Number.parseInt(query.get('per_page') ?? '', 10);
  const number = Number.parseInt(query.get('page') ?? '', 10);
  return {
    number: number > 0 ? number : 1,
    size: size > 0 ? Math.min(size, maximumSize) : defaultSize,
  };
}

/** The items of a page. */
export function slicePage<T>(items: readonly T[], page: Page): readonly T[] {
  return items.slice((page.number - 1) * page.size, page.number * page.size);
}

/** The Link header of a page within `total` items; none when everything fits one page. */
export function buildLinkHeader(call: ApiCall, page: Page, total: number): Record<string, string> {
  const last = Math.max(1, Math.ceil(total / page.size));
  const link = (number: number, relation: string) => {
    const query = new URLSearchParams(call.query);
    query.set('page', String(number));
    return `<${call.url}${call.path}?${query}>; rel="${relation}"`;
  };
  const links = [
    ...(page.number > 1 ? [link(Math.min(page.number - 1, last), 'prev')] : []),
    ...(page.number < last ? [link(page.number + 1, 'next'), link(last, 'last')] : []),
    ...(page.number > 1 ? [link(1, 'first')] : []),
  ];
  return links.length > 0 ? { link: links.join(', ') } : {};
}

/** Answers one page of a list, each item presented. */
export function answerPage<T>(call: ApiCall, items: readonly T[], present: (item: T) => unknown): ApiAnswer {
  const page = parsePage(call.query);
  return {
    status: 200,
    body: slicePage(items, page).map(present),
    headers: buildLinkHeader(call, page, items.length),
  };
}

/** Answers one page of a list that GitHub wraps in an object with its total. */
export function answerCountedPage<T>(
  call: ApiCall,
  name: string,
  items: readonly T[],
  present: (item: T) => unknown,
): ApiAnswer {
  const { status, body, headers } = answerPage(call, items, present);
  return { status, body: { total_count: items.length, [name]: body }, ...(headers && { headers }) };
}

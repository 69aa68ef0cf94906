// Reads where the systems around AWS are reached.
import { GetParametersByPathCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { AppError } from '../../core/app-error.ts';
import type { Clock } from '../../core/clock.ts';

export type AddressName =
  | 'github-api-url'
  | 'slack-api-url'
  | 'pager-duty-api-url'
  | 'registry-url'
  | 'certificate-endpoints'
  | 'certificate-authorities';

const cacheMilliseconds = 60_000;

/** Answers with the address without a trailing slash; `anew` asks again what is kept. */
export type AddressReader = (name: AddressName, how?: 'anew') => Promise<string>;

/** Reads all addresses below `path` at once and keeps them for a minute. */
export function createAddressReader(client: SSMClient, clock: Clock, path: string): AddressReader {
  let cached: { readonly addresses: ReadonlyMap<string, string>; readonly readAt: number } | undefined;
  return async (name, how) => {
    if (how === 'anew' || cached === undefined || clock.now() - cached.readAt >= cacheMilliseconds) {
      const { Parameters: parameters = [] } = await client.send(new GetParametersByPathCommand({ Path: path }));
      const entries = parameters.map(({ Name, Value }): [string, string] => [
        String(Name).slice(path.length + 1),
        String(Value),
      ]);
      cached = { addresses: new Map(entries), readAt: clock.now() };
    }
    const address = cached.addresses.get(name);
    if (address === undefined)
      throw new AppError('NotFoundError', `parameter ${path}/${name} is missing: set it to the system's address`);
    return address.replace(/\/+$/, '');
  };
}

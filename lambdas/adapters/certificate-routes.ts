// What an operator says at run time of how certificates are reached and trusted: parameters beside the other addresses.
import * as z from 'zod/mini';
import { AppError } from '../../core/app-error.ts';
import type { AddressReader } from './address-reader.ts';

/** An address with its port, such as 10.20.3.4:8443 or [fd00::1]:443. */
const routeSchema = z.string().check(z.regex(/^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\]):\d{1,5}$/));
const routesSchema = z.record(z.string(), z.array(routeSchema));
const authoritiesSchema = z.record(z.string(), z.string());

export interface Route {
  readonly address: string;
  readonly port: number;
}

/**
 * Where a name is reached instead of where DNS says, as `host:port` in the parameter `certificate-endpoints`: for split-horizon DNS, a private
 * endpoint, or one node of many. Undefined: DNS decides. Whoever may write the parameter may send the check anywhere but to
 * link-local addresses.
 */
export type FindRoutes = (host: string, port: number, how?: 'anew') => Promise<readonly Route[] | undefined>;

export function createRouteReader(address: AddressReader): FindRoutes {
  return async (host, port, how) => {
    const routes = parse(routesSchema, 'certificate-endpoints', await address('certificate-endpoints', how));
    const name = `${host}:${port}`;
    return Object.hasOwn(routes, name) ? routes[name]?.map(parseRoute) : undefined;
  };
}

/** PEM of what an issuer of the configuration is trusted by too, by its name: a private ACME server's root. */
export async function readMoreAuthorities(address: AddressReader): Promise<Readonly<Record<string, string>>> {
  return parse(authoritiesSchema, 'certificate-authorities', await address('certificate-authorities'));
}

function parseRoute(route: string): Route {
  const colon = route.lastIndexOf(':');
  return { address: route.slice(0, colon).replace(/[[\]]/g, ''), port: Number(route.slice(colon + 1)) };
}

function parse<Schema extends z.ZodMiniType>(schema: Schema, name: string, text: string): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const expected = name === 'certificate-endpoints' ? '{"host:port": ["address:port"]}' : '{"issuer": "PEM"}';
  throw new AppError(
    'InvalidInputError',
    `the parameter ${name} is not JSON such as ${expected}: correct it, {} is enough`,
  );
}

// A Secret as an administrator would keep it up to date.
import { secrets } from './resources/built-in-types.ts';
import type { ObjectRegistry } from './storage/object-registry.ts';

/** Creates the Secret, or replaces what it holds. */
export function keepSecret(
  registry: ObjectRegistry,
  namespace: string,
  name: string,
  values: Readonly<Record<string, string>>,
): void {
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  if (registry.find(secrets, namespace, name) === undefined)
    registry.create(secrets, { metadata: { name, namespace }, type: 'Opaque', data });
  else
    registry.update(secrets, namespace, name, (current) => {
      current.data = data;
    });
}

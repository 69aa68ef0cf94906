// What the controllers of Certificates share: their status, their Secrets, and what is told of them.
import type { ControllerContext } from '../controllers/controller.ts';
import { secrets } from '../resources/built-in-types.ts';
import { type Certificate, findTypes, type TlsSecret } from './resources.ts';

/** Who says what is recorded as an event. */
export const component = 'cert-manager-certificates';

export function findSecret(
  registry: ControllerContext['registry'],
  namespace: string,
  name: string,
): TlsSecret | undefined {
  return registry.find<TlsSecret>(secrets, namespace, name);
}

type Status = NonNullable<Certificate['status']>;

export function writeStatus(
  { registry }: ControllerContext,
  { metadata }: Certificate,
  change: (status: Status) => Status,
): void {
  registry.update<Certificate>(
    findTypes(registry).certificates,
    metadata.namespace,
    metadata.name,
    (current) => {
      current.status = change(current.status ?? {});
    },
    { subresource: 'status' },
  );
}

/** Tells the spectators of the simulation. */
export function trace(
  { trace: to, cluster }: ControllerContext,
  name: string,
  { metadata }: Certificate,
  details: Record<string, unknown>,
): void {
  to.record({ service: 'cert-manager', name, subject: `${cluster}/${metadata.namespace}/${metadata.name}`, details });
}

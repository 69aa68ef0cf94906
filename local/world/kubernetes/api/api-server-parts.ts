// What the API server is made of.
import type { Clock } from '../../../clock/clock.ts';
import type { Authenticate } from '../authentication/user.ts';
import type { PodAccess } from '../pods/pod-access.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';

export interface ApiServerParts {
  readonly registry: ObjectRegistry;
  readonly clock: Clock;
  readonly pods: PodAccess;
  readonly authenticate: Authenticate;
  /** Aborted when the cluster stops: watches end. */
  readonly stopped: AbortSignal;
}

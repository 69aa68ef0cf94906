// What Flagger writes down of a canary: its status, and the traces of it.
import type { ControllerContext } from '../controllers/controller.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { Canary, CanaryPhase, CanaryStatus } from './canary.ts';
import { enterPhase } from './canary-status.ts';

export class CanaryRecord {
  private readonly parts: ControllerContext;
  private readonly type: ResourceType;

  constructor(parts: ControllerContext, type: ResourceType) {
    this.parts = parts;
    this.type = type;
  }

  read(canary: Canary): Canary {
    return this.parts.registry.get<Canary>(this.type, canary.metadata.namespace, canary.metadata.name);
  }

  write(canary: Canary, change: (status: CanaryStatus) => CanaryStatus): void {
    const { namespace, name } = canary.metadata;
    this.parts.registry.update<Canary>(
      this.type,
      namespace,
      name,
      (current) => {
        current.status = change(current.status ?? {});
      },
      { subresource: 'status' },
    );
  }

  /** Virtual time as objects carry it. */
  now(): string {
    return this.parts.registry.now();
  }

  trace(canary: Canary, name: string, details: Record<string, unknown>): void {
    const subject = `${this.parts.cluster}/${canary.metadata.namespace}/${canary.metadata.name}`;
    this.parts.trace.record({ service: 'flagger', name, subject, details });
  }

  enter(canary: Canary, phase: CanaryPhase): void {
    this.write(canary, (status) => enterPhase(status, phase, this.now()));
    this.trace(canary, 'canary-phase-changed', { phase });
  }

  countFailure(canary: Canary): void {
    this.write(canary, (status) => ({
      ...status,
      failedChecks: (status.failedChecks ?? 0) + 1,
      lastTransitionTime: this.now(),
    }));
  }
}

// What a person asks of a canary: shown, decided, and carried out by a commit, or by what Flagger's rollback webhook is told.
import type * as z from 'zod/mini';
import type { Configuration } from '../../../config/schema.ts';
import type { CanaryAction, controlCanaryTask } from '../../../contracts/workflows/control-canary.ts';
import { type Clock, formatTime } from '../../clock.ts';
import { getEnvironment, getService } from '../../configuration/get-configured.ts';
import { type HoldLedger, readHolds } from '../../gates/read-holds.ts';
import { commitLevers } from '../commit-levers.ts';
import type { GitOpsRepository } from '../commit-promotion.ts';
import type { CanaryLevers } from './canary-strategy.ts';
import { decideCanaryControl } from './decide-canary-control.ts';
import type { CanaryFacts } from './decide-canary-gate.ts';
import type { CanaryObservation } from './strategy.ts';

export interface CanaryControlPorts {
  readonly repository: GitOpsRepository;
  readonly clock: Clock;
  readonly gates: HoldLedger;
  readCanary(environment: string, service: string): Promise<Omit<CanaryObservation, 'haltedBecause'>>;
  readFacts(environment: string, service: string, now: string): Promise<CanaryFacts>;
  /** Why Flagger halted last, since that time. */
  findHalt(environment: string, service: string, since: string): Promise<string | undefined>;
  /** Remembered for Flagger's next question. */
  putRollback(request: {
    readonly environment: string;
    readonly service: string;
    readonly digest: string;
    readonly actor: string;
    readonly reason: string;
  }): Promise<void>;
}

const levers: Readonly<Partial<Record<CanaryAction, readonly [string, Partial<CanaryLevers>]>>> = {
  promote: ['Promote the canary without further analysis:', { skipAnalysis: true, suspend: false }],
  pause: ['Pause the canary:', { suspend: true }],
  resume: ['Go on with the canary:', { suspend: false }],
};

/** Throws what the ports throw. */
export async function controlCanary(
  configuration: Configuration,
  ports: CanaryControlPorts,
  { action, service, environment, actor, reason }: z.infer<typeof controlCanaryTask.input>,
): Promise<z.infer<typeof controlCanaryTask.output>> {
  const { approvers, overlayPath } = getEnvironment(configuration, environment);
  const { deployment = service } = getService(configuration, service);
  const now = formatTime(ports.clock.now());
  const [read, facts, holds] = await Promise.all([
    ports.readCanary(environment, service),
    ports.readFacts(environment, service, now),
    readHolds(configuration, ports.gates, { environment, service, now }),
  ]);
  const haltedBecause = await ports.findHalt(environment, service, facts.rollout?.committedAt ?? '');
  const canary = { ...read, haltedBecause, version: facts.rollout?.version };
  const decision = decideCanaryControl(action, { canary, facts, holds, approvers, actor });
  if (decision.outcome === 'refused' || action === 'status') return { ...decision, canary };
  const [words, change] = levers[action] ?? [];
  if (words !== undefined && change !== undefined) {
    const file = `${overlayPath}/kustomization.yaml`;
    const subject = `${words} ${service} in ${environment}`;
    const revision = await commitLevers(ports, { file, deployment, subject, actor, reason, change });
    return { ...decision, canary, ...(revision === undefined ? {} : { revision }) };
  }
  await ports.putRollback({ environment, service, digest: facts.rollout?.digest ?? '', actor, reason });
  return { ...decision, canary };
}

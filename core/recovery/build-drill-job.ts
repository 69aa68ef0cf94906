// A Job of the agent for the recovery region's workflows; that of a drill is tagged with it.
import type { Configuration } from '../../config/schema.ts';
import type { RecoveryJob } from '../../contracts/workflows/recovery-drill.ts';
import { buildAgentJob } from '../backups/build-agent-job.ts';

/** On the Job and its pods: a sweep finds by it what any drill has started. */
export const drillLabel = 'automation/recovery-drill';

/** `configuration` is the one that holds where the Job runs. */
export function buildDrillJob(
  configuration: Pick<Configuration, 'databases' | 'backups' | 'environments'>,
  { drillId, ...task }: RecoveryJob & { readonly drillId?: string | undefined },
): ReturnType<typeof buildAgentJob> {
  const built = buildAgentJob(configuration, task);
  if (drillId === undefined) return built;
  const { cluster, namespace, manifest } = built;
  const job = manifest as { metadata: Labelled; spec: { template: { metadata: Labelled } } };
  const { template } = job.spec;
  return {
    ...{ cluster, namespace },
    manifest: {
      ...job,
      metadata: withLabel(job.metadata, drillId),
      spec: { ...job.spec, template: { ...template, metadata: withLabel(template.metadata, drillId) } },
    },
  };
}

interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
}

function withLabel<M extends Labelled>(metadata: M, drillId: string): M {
  return { ...metadata, labels: { ...metadata.labels, [drillLabel]: drillId } };
}

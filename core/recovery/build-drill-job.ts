// A Job of the agent in the recovery region, tagged with the drill that it belongs to.
import type { Configuration } from '../../config/schema.ts';
import type { RecoveryJob } from '../../contracts/workflows/recovery-drill.ts';
import { buildAgentJob } from '../backups/build-agent-job.ts';

/** On the Job and its pods: a sweep finds by it what any drill has started. */
export const drillLabel = 'automation/recovery-drill';

/** `configuration` is the one that holds in the recovery region. */
export function buildDrillJob(
  configuration: Pick<Configuration, 'databases' | 'backups' | 'environments'>,
  { drillId, ...task }: RecoveryJob & { readonly drillId: string },
): ReturnType<typeof buildAgentJob> {
  const { cluster, namespace, manifest } = buildAgentJob(configuration, task);
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

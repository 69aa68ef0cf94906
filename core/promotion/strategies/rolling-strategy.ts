// Rolling: Kubernetes replaces the pods one by one; done when all of them run the new image and are available.
import { editKustomization } from '../edit-kustomization.ts';
import { decideWorkload } from './decide-workload.ts';
import { joinVerdicts, type Strategy } from './strategy.ts';

/** The strategy that a plain Deployment has. */
export const rollingStrategy: Strategy = {
  name: 'rolling',
  phases: ['roll-out'],
  needsHealthyApplication: true,
  write: (_, overlay, images) => editKustomization(overlay, images),
  locate: (_phase, _overlay, images) =>
    images.map(({ service, deployment }) => ({ service, deployment, address: deployment })),
  decide: (workloads, digests) =>
    joinVerdicts(workloads.map((workload) => decideWorkload(workload, digests[workload.service]))),
};

// Every controller of the control plane, Argo CD's and the node's apart.
import type { ControllerContext } from './controller.ts';
import { startCronJobController } from './cron-job-controller.ts';
import { startDefinitionController } from './definition-controller.ts';
import { startDeploymentController } from './deployment-controller.ts';
import { startEndpointsController } from './endpoints-controller.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import { startJobController } from './job-controller.ts';
import { startNamespaceController } from './namespace-controller.ts';
import { startProvisioner } from './provisioner.ts';
import { startReplicaSetController } from './replica-set-controller.ts';
import { startStatefulSetController } from './stateful-set-controller.ts';

/** They run until the context is stopped. */
export function startControllers(context: ControllerContext): void {
  startGarbageCollector(context);
  startNamespaceController(context);
  startDefinitionController(context);
  startReplicaSetController(context);
  startDeploymentController(context);
  startStatefulSetController(context);
  startJobController(context);
  startCronJobController(context);
  startEndpointsController(context);
  startProvisioner(context);
}

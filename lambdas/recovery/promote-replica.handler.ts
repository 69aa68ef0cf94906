// Step PromoteReplica of fail-over.
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { RDSClient } from '@aws-sdk/client-rds';
import { promoteReplicaTask } from '../../contracts/workflows/fail-over.ts';
import { formatTime } from '../../core/clock.ts';
import { promoteReplica } from '../../core/recovery/promote-replica.ts';
import { createRdsReplicas } from '../adapters/rds-replicas.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { defineTask } from '../platform/define-handler.ts';
import { systemClock } from '../platform/system-clock.ts';

const replicas = createRdsReplicas(
  new RDSClient(awsClientOptions),
  new CloudWatchClient(awsClientOptions),
  systemClock,
);

/** Does what is next, and says whether it has ended. */
export const handler = defineTask({
  ...promoteReplicaTask,
  handle: async (input) => await promoteReplica(replicas, input, formatTime(systemClock.now())),
});

// Database servers of RDS in one region: instances, and clusters with their instances.
import type { RDSClient } from '@aws-sdk/client-rds';
import type { ServerPorts } from '../../core/snapshots/server-port.ts';
import { createRdsClusters } from './rds-clusters.ts';
import { createRdsInstances } from './rds-instances.ts';

export function createRdsServers(client: RDSClient): ServerPorts {
  return { instance: createRdsInstances(client), cluster: createRdsClusters(client) };
}

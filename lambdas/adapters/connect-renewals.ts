// What a renewal needs, as the running function reaches it: each step takes the part that it uses.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Configuration } from '../../config/schema.ts';
import type { RenewalMemory, RenewalView } from '../../core/certificates/renewal-parts.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { connectCertificateSources } from './connect-certificate-sources.ts';
import { connectClusters } from './connect-clusters.ts';
import { connectLedger } from './connect-ledger.ts';
import { createDynamoRenewalStore } from './dynamo-renewal-store.ts';
import { createEventBridgePublisher } from './event-bridge-publisher.ts';
import { createCertificateIssuance } from './kubernetes-certificate-issuance.ts';

/** The clusters and what is served. */
export function connectRenewalView(configuration: Configuration, addressesPath: string): RenewalView {
  const clusterOf = connectClusters();
  return {
    settings: configuration.certificates,
    sources: connectCertificateSources(configuration, addressesPath, clusterOf),
    issuance: createCertificateIssuance(configuration.environments, clusterOf),
  };
}

/** The ledger and the bus. */
export function connectRenewalMemory(
  { certificates, retention }: Configuration,
  environment: { readonly LEDGER_TABLE_NAME: string; readonly EVENT_BUS_NAME: string },
): RenewalMemory {
  return {
    settings: certificates,
    store: createDynamoRenewalStore(connectLedger(environment.LEDGER_TABLE_NAME)),
    publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
    historyDays: retention.eventDays,
  };
}

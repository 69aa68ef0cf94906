// Step CheckBatch of check-certificates.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { checkCertificatesTask } from '../../contracts/workflows/check-certificates.ts';
import { checkCertificate } from '../../core/certificates/check-certificate.ts';
import { connectCertificateSources } from '../adapters/connect-certificate-sources.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoCertificateStore } from '../adapters/dynamo-certificate-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const parts = {
  settings: configuration.certificates,
  sources: connectCertificateSources(configuration, environment.ADDRESSES_PARAMETER_PATH, connectClusters()),
  store: createDynamoCertificateStore(connectLedger(environment.LEDGER_TABLE_NAME)),
  publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
  historyDays: configuration.retention.eventDays,
};

/** Checks all names of the batch at the same time. */
export const handler = defineTask({
  ...checkCertificatesTask,
  async handle({ checks, ...run }) {
    const verdicts = await Promise.all(checks.map((check) => checkCertificate(parts, check, run)));
    const count = (state: string): number => verdicts.filter((verdict) => verdict.state === state).length;
    return { valid: count('valid'), warning: count('warning'), critical: count('critical'), unchecked: 0 };
  },
});

// Step PlanFailOver of fail-over; `automation recovery fail-over --plan` asks it too.
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { RDSClient } from '@aws-sdk/client-rds';
import { Route53Client } from '@aws-sdk/client-route-53';
import { currentRecord } from '../../contracts/ledger/deployments.ts';
import { failOverKeys } from '../../contracts/ledger/fail-overs.ts';
import { siteRecord } from '../../contracts/ledger/sites.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { planFailOverTask } from '../../contracts/workflows/fail-over.ts';
import { answerFailOverRequest } from '../../core/recovery/answer-fail-over-request.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBackupStore } from '../adapters/dynamo-backup-store.ts';
import { createRdsReplicas, readReplicas } from '../adapters/rds-replicas.ts';
import { createRoute53Zone } from '../adapters/route53-zone.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const variables = readEnvironment(['LEDGER_TABLE_NAME']);
const configuration = readConfiguration();
const ledger = connectLedger(variables.LEDGER_TABLE_NAME);
const backups = createDynamoBackupStore(ledger);
const zone = createRoute53Zone(new Route53Client(awsClientOptions));
const replicas = createRdsReplicas(
  new RDSClient(awsClientOptions),
  new CloudWatchClient(awsClientOptions),
  systemClock,
);

/** Says what would be done, or why it is impossible. Changes nothing. */
export const handler = defineTask({
  ...planFailOverTask,
  async handle({ request, startedAt }) {
    const { environment } = request;
    const dns = configuration.recovery.environments[environment]?.dns;
    const names = dns?.records.map(({ name }) => name) ?? [];
    const facts = {
      site: await ledger.find(siteRecord, failOverKeys.site(environment)),
      backups: await backups.list(environment),
      running: await ledger.list(currentRecord, ledgerKey.current(environment, '').pk),
      targets: dns === undefined ? {} : await zone.readTargets(dns.hostedZoneId, names),
      replicas: await readReplicas(replicas, configuration, environment),
    };
    return answerFailOverRequest(configuration, request, facts, startedAt);
  },
});

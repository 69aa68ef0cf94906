// Step DecideRollback of rollback-release.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { decideRollbackTask } from '../../contracts/workflows/rollback-release.ts';
import { planRollback } from '../../core/rollback/plan-rollback.ts';
import { readCause } from '../../core/rollback/read-cause.ts';
import type { AutomaticRollback } from '../../core/rollback/rollback-facts.ts';
import { settleRollback } from '../../core/rollback/settle-rollback.ts';
import { createAddressReader } from '../adapters/address-reader.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import {
  createDynamoAlertWatch,
  createDynamoQuarantines,
  createDynamoRollbackHistory,
  createDynamoRollbackLedger,
} from '../adapters/dynamo-rollback-store.ts';
import { createOciRegistry } from '../adapters/oci-registry.ts';
import { createSecretReader, registrySecretSchema } from '../adapters/secret-reader.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'REGISTRY_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const address = createAddressReader(new SSMClient(awsClientOptions), systemClock, environment.ADDRESSES_PARAMETER_PATH);
const secrets = new SecretsManagerClient(awsClientOptions);
const secret = createSecretReader(secrets, systemClock, environment.REGISTRY_SECRET_ID, registrySecretSchema);
const ports = {
  history: createDynamoRollbackHistory(ledger, configuration.registry.tagTemplate),
  registry: createOciRegistry(address, secret),
  listQuarantines: createDynamoQuarantines(ledger),
};
const rollbacks = createDynamoRollbackLedger(ledger);
const isAlertResolved = createDynamoAlertWatch(ledger);

/** Decides, counts, records and quarantines; asked again after an interruption it comes to the same answer. */
export const handler = defineTask({
  ...decideRollbackTask,
  async handle({ event, request, rollbackId, executionArn, startedAt, planOnly }) {
    const cause = await readCause(configuration, isAlertResolved, { event, request }, rollbackId);
    const context = { promotionId: rollbackId, executionArn, startedAt };
    const plan = async (automatic: readonly AutomaticRollback[]) =>
      await planRollback(configuration, ports, cause, automatic, context);
    if (planOnly === true) return await plan((await rollbacks.findAutomaticRollbacks())?.entries ?? []);
    return await settleRollback(rollbacks, plan, {
      isAutomatic: cause.automatic !== undefined,
      fingerprint: cause.automatic?.kind === 'alert' ? cause.automatic.fingerprint : undefined,
      now: startedAt,
    });
  },
});

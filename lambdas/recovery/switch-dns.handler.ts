// Steps ChangeRecords, ReadChange and UndoDns of fail-over.
import { Route53Client } from '@aws-sdk/client-route-53';
import { switchDnsTask } from '../../contracts/workflows/fail-over.ts';
import { confirmDns, switchDns } from '../../core/recovery/switch-dns.ts';
import { createRoute53Zone } from '../adapters/route53-zone.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { defineTask } from '../platform/define-handler.ts';

const zone = createRoute53Zone(new Route53Client(awsClientOptions));

export const handler = defineTask({
  ...switchDnsTask,
  handle: async ({ plan, failOverId, action, changeId }) =>
    action === 'confirm' ? await confirmDns(zone, changeId ?? '') : await switchDns(zone, plan, { failOverId, action }),
});

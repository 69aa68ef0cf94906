// ChangeResourceRecordSets, GetChange, ListResourceRecordSets, GetHostedZone. https://docs.aws.amazon.com/Route53/latest/APIReference/
import { createHash } from 'node:crypto';
import type {
  ChangeResourceRecordSetsCommandInput,
  GetChangeCommandInput,
  GetHostedZoneCommandInput,
  ListResourceRecordSetsCommandInput,
} from '@aws-sdk/client-route-53';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type Operation } from '../../runtime/service.ts';
import { applyChanges } from './apply-changes.ts';
import { absoluteName, type ChangeRecord, type HostedZone, type HostedZones, type RecordSet } from './hosted-zones.ts';

/** Route 53 usually answers INSYNC within a minute. */
const propagationMilliseconds = 30_000;

export function createOperations(context: RuntimeContext, zones: HostedZones): Record<string, Operation> {
  const getZone = (id: string | undefined): HostedZone => {
    const zone = zones.find(bare(id));
    if (zone !== undefined) return zone;
    throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${bare(id)}`, { status: 404 });
  };
  const allow = (action: string, resource: string) => [
    { action: `route53:${action}`, resource: `arn:aws:route53:::${resource}` },
  ];
  const describe = ({ id, submittedAt, comment }: ChangeRecord) => ({
    Id: `/change/${id}`,
    Status: context.clock.now() - submittedAt >= propagationMilliseconds ? ('INSYNC' as const) : ('PENDING' as const),
    SubmittedAt: new Date(submittedAt),
    ...(comment === undefined ? {} : { Comment: comment }),
  });
  return {
    ChangeResourceRecordSets: {
      authorize: ({ HostedZoneId }: ChangeResourceRecordSetsCommandInput) =>
        allow('ChangeResourceRecordSets', `hostedzone/${bare(HostedZoneId)}`),
      async handle({ HostedZoneId, ChangeBatch }: ChangeResourceRecordSetsCommandInput) {
        const zone = getZone(HostedZoneId);
        applyChanges(zones, zone, ChangeBatch?.Changes ?? []);
        const submittedAt = context.clock.now();
        const count = [...zones.changes.values()].length;
        const id = `C${createHash('sha256').update(`${zone.id}/${count}/${submittedAt}`).digest('hex').slice(0, 20).toUpperCase()}`;
        const comment = ChangeBatch?.Comment;
        const change: ChangeRecord = { id, submittedAt, ...(comment === undefined ? {} : { comment }) };
        zones.changes.put(id, change);
        await context.store.flush();
        for (const { ResourceRecordSet: set } of ChangeBatch?.Changes ?? []) {
          context.trace.record({
            service: 'route53',
            name: 'record-set-changed',
            subject: absoluteName(set?.Name ?? ''),
            details: { type: set?.Type, values: set?.ResourceRecords?.map(({ Value }) => Value) },
          });
        }
        return { ChangeInfo: describe(change) };
      },
    },
    GetChange: {
      authorize: ({ Id }: GetChangeCommandInput) => allow('GetChange', `change/${bare(Id)}`),
      handle({ Id }: GetChangeCommandInput) {
        const change = zones.changes.get(bare(Id));
        if (change === undefined)
          throw new AwsError('NoSuchChange', `Could not find resource with ID: ${bare(Id)}`, { status: 404 });
        return { ChangeInfo: describe(change) };
      },
    },
    ListResourceRecordSets: {
      authorize: ({ HostedZoneId }: ListResourceRecordSetsCommandInput) =>
        allow('ListResourceRecordSets', `hostedzone/${bare(HostedZoneId)}`),
      handle({ HostedZoneId, StartRecordName, MaxItems = 300 }: ListResourceRecordSetsCommandInput) {
        const zone = getZone(HostedZoneId);
        const all = zones.list(zone.id);
        const start =
          StartRecordName === undefined ? 0 : all.findIndex(({ name }) => name === absoluteName(StartRecordName));
        const from = start === -1 ? all : all.slice(start);
        const page = from.slice(0, MaxItems);
        const next = from[page.length];
        return {
          ResourceRecordSets: page.map(toShape),
          IsTruncated: next !== undefined,
          ...(next === undefined ? {} : { NextRecordName: next.name, NextRecordType: next.type }),
          MaxItems,
        };
      },
    },
    GetHostedZone: {
      authorize: ({ Id }: GetHostedZoneCommandInput) => allow('GetHostedZone', `hostedzone/${bare(Id)}`),
      handle({ Id }: GetHostedZoneCommandInput) {
        const { id, name } = getZone(Id);
        return {
          HostedZone: {
            Id: `/hostedzone/${id}`,
            Name: name,
            CallerReference: id,
            ResourceRecordSetCount: zones.list(id).length,
          },
        };
      },
    },
  };
}

/** Ids come with and without the kind of what they name. */
function bare(id: string | undefined): string {
  return (id ?? '').split('/').at(-1) ?? '';
}

function toShape({ name, type, ttl, values, alias, setIdentifier, failover, healthCheckId }: RecordSet) {
  const target =
    alias === undefined
      ? { TTL: ttl, ResourceRecords: values.map((Value) => ({ Value })) }
      : {
          AliasTarget: {
            ...{ DNSName: alias.name, HostedZoneId: alias.zoneId },
            EvaluateTargetHealth: alias.evaluatesTargetHealth,
          },
        };
  const choice = { SetIdentifier: setIdentifier, Failover: failover, HealthCheckId: healthCheckId };
  return { Name: name, Type: type, ...target, ...(setIdentifier === undefined ? {} : choice) };
}

// CNAMEs of a hosted zone in Route 53.
import {
  type Change,
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  ListResourceRecordSetsCommand,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import type { DnsZone } from '../../core/recovery/switch-dns.ts';

/** @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html */
export function createRoute53Zone(client: Route53Client): DnsZone {
  return {
    async readTargets(HostedZoneId, names) {
      const found = names.map(async (name) => {
        const { ResourceRecordSets: [set] = [] } = await client.send(
          new ListResourceRecordSetsCommand({
            HostedZoneId,
            StartRecordName: name,
            StartRecordType: 'CNAME',
            MaxItems: 1,
          }),
        );
        // It answers with the next one when there is none of this name.
        const isMeant = set?.Type === 'CNAME' && bare(set.Name) === name;
        return [name, isMeant ? bare(set.ResourceRecords?.[0]?.Value) : undefined] as const;
      });
      return Object.fromEntries(await Promise.all(found));
    },
    async change(HostedZoneId, ttlSeconds, records, comment) {
      const Changes = records.map(({ name, target, current }): Change => {
        const set = { Name: name, Type: 'CNAME' as const, TTL: ttlSeconds };
        // A name that had no record before gets none again.
        return target === undefined
          ? { Action: 'DELETE', ResourceRecordSet: { ...set, ResourceRecords: [{ Value: current }] } }
          : { Action: 'UPSERT', ResourceRecordSet: { ...set, ResourceRecords: [{ Value: target }] } };
      });
      const input = { HostedZoneId, ChangeBatch: { Comment: comment, Changes } };
      const { ChangeInfo } = await client.send(new ChangeResourceRecordSetsCommand(input));
      return ChangeInfo?.Id ?? '';
    },
    async isInSync(Id) {
      const { ChangeInfo } = await client.send(new GetChangeCommand({ Id }));
      return ChangeInfo?.Status === 'INSYNC';
    },
  };
}

function bare(name = ''): string {
  return name.replace(/\.$/, '');
}

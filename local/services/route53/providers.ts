// AWS::Route53::RecordSet and AWS::Route53::HealthCheck: kept as they are said; nobody resolves names here, and no health is looked at.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-recordset.html
import { createHash } from 'node:crypto';
import type { ResourceProvider } from '../../runtime/resource.ts';
import { absoluteName, type HostedZones } from './hosted-zones.ts';

interface AliasTarget {
  readonly DNSName: string;
  readonly HostedZoneId: string;
  readonly EvaluateTargetHealth?: boolean | string;
}

interface RecordSetProperties {
  readonly HostedZoneId: string;
  readonly Name: string;
  readonly Type: string;
  readonly TTL?: number | string;
  readonly ResourceRecords?: readonly string[];
  readonly AliasTarget?: AliasTarget;
  readonly SetIdentifier?: string;
  readonly Failover?: 'PRIMARY' | 'SECONDARY';
  readonly HealthCheckId?: string;
}

/** A zone that the template does not make is taken for granted, as a cluster or a key outside of it is. */
export function createRecordSetProvider(zones: HostedZones): ResourceProvider {
  zones.forgetDeclared();
  return {
    type: 'AWS::Route53::RecordSet',
    properties: [
      'HostedZoneId',
      'Name',
      'Type',
      'TTL',
      'ResourceRecords',
      'AliasTarget',
      'SetIdentifier',
      'Failover',
      'HealthCheckId',
    ],
    withoutEffect: { Comment: 'nothing lists it' },
    async create(resource) {
      const properties = resource.properties as unknown as RecordSetProperties;
      const { HostedZoneId, Name, Type, TTL = 0, ResourceRecords = [], AliasTarget } = properties;
      const { SetIdentifier, Failover, HealthCheckId } = properties;
      const name = absoluteName(Name);
      zones.put(HostedZoneId, {
        ...{ name, type: Type, ttl: Number(TTL), values: ResourceRecords, isDeclared: true },
        ...(AliasTarget && { alias: buildAlias(AliasTarget) }),
        ...(SetIdentifier !== undefined && { setIdentifier: SetIdentifier }),
        ...(Failover !== undefined && { failover: Failover }),
        ...(HealthCheckId !== undefined && { healthCheckId: HealthCheckId }),
      });
      return { ref: name, attributes: {} };
    },
  };
}

function buildAlias({ DNSName, HostedZoneId, EvaluateTargetHealth = false }: AliasTarget) {
  return {
    name: absoluteName(DNSName),
    zoneId: HostedZoneId,
    evaluatesTargetHealth: String(EvaluateTargetHealth) === 'true',
  };
}

/** Its id is the same at every start. */
export const healthCheckProvider: ResourceProvider = {
  type: 'AWS::Route53::HealthCheck',
  properties: [],
  withoutEffect: {
    HealthCheckConfig: 'nobody resolves names here, so that no health is looked at',
    HealthCheckTags: 'nothing is billed or found by tag',
  },
  async create({ stack, logicalId }) {
    const hash = createHash('sha256').update(`${stack.name}/${logicalId}`).digest('hex');
    const id = [8, 4, 4, 4, 12].map((length, index, all) => {
      const start = all.slice(0, index).reduce((sum, each) => sum + each, 0);
      return hash.slice(start, start + length);
    });
    return { ref: id.join('-'), attributes: { HealthCheckId: id.join('-') } };
  },
};

// A batch of changes to a zone: all of them or none.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
import type { Change } from '@aws-sdk/client-route-53';
import { AwsError } from '../../runtime/service.ts';
import { absoluteName, type HostedZone, type HostedZones, type RecordSet } from './hosted-zones.ts';

/** Checks every change before the first one is made. Throws AwsError `InvalidChangeBatch` with all problems. */
export function applyChanges(zones: HostedZones, zone: HostedZone, changes: readonly Change[]): void {
  const asked = changes.map(({ Action, ResourceRecordSet: set = undefined }) => {
    const record: RecordSet = {
      name: absoluteName(set?.Name ?? ''),
      type: set?.Type ?? '',
      ttl: Number(set?.TTL ?? 0),
      values: (set?.ResourceRecords ?? []).map(({ Value = '' }) => Value),
    };
    return { action: Action, record };
  });
  const problems = asked.flatMap(({ action, record }) => findProblem(zones, zone, String(action), record) ?? []);
  if (problems.length > 0) throw new AwsError('InvalidChangeBatch', `[${problems.join(', ')}]`);
  for (const { action, record } of asked) {
    if (action === 'DELETE') zones.remove(zone.id, record);
    else zones.put(zone.id, record);
  }
}

function findProblem(zones: HostedZones, zone: HostedZone, action: string, record: RecordSet): string | undefined {
  const { name, type, values } = record;
  const shown = `name='${name}', type='${type}'`;
  if (name !== zone.name && !name.endsWith(`.${zone.name}`))
    return `RRSet with DNS name ${name} is not permitted in zone ${zone.name}`;
  if (values.length === 0)
    return `Invalid request: Missing field 'ResourceRecords' in Change with [Action=${action}, Name=${name}]`;
  if (type === 'CNAME' && values.length > 1)
    return `Tried to create an RRSet of type CNAME with more than one value [${shown}]`;
  if (type === 'CNAME' && name === zone.name)
    return `RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${zone.name}`;
  const found = zones.findRecord(zone.id, name, type);
  if (action === 'CREATE' && found !== undefined)
    return `Tried to create resource record set [${shown}] but it already exists`;
  if (action === 'DELETE' && found === undefined)
    return `Tried to delete resource record set [${shown}] but it was not found`;
  if (action === 'DELETE' && (found?.ttl !== record.ttl || found.values.join() !== values.join()))
    return `Tried to delete resource record set [${shown}] but the values provided do not match the current values`;
  const others = zones.list(zone.id).filter((other) => other.name === name && other.type !== type);
  if (action !== 'DELETE' && others.length > 0 && (type === 'CNAME' || others.some((other) => other.type === 'CNAME')))
    return `RRSet of type ${type} with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone.name}`;
  return undefined;
}

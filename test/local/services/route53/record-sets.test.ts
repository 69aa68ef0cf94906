// Record sets as Route 53 keeps them: batches that hold as a whole, and changes that take their time.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HostedZones } from '../../../../local/services/route53/hosted-zones.ts';
import { createRoute53Module } from '../../../../local/services/route53/module.ts';
import { createServiceHarness, type ServiceHarness } from '../service-harness.ts';

const HostedZoneId = 'Z0EXAMPLE';
let harness: ServiceHarness;
beforeEach(async () => {
  harness = await createServiceHarness([createRoute53Module]);
  new HostedZones(harness.context.store).register({ id: HostedZoneId, name: 'example.org' });
  await harness.start();
});
afterEach(() => harness.stop());

interface Change {
  readonly Action: string;
  readonly ResourceRecordSet: object;
}
const cname = (Action: string, Name: string, ...values: string[]): Change => ({
  Action,
  ResourceRecordSet: { Name, Type: 'CNAME', TTL: 60, ResourceRecords: values.map((Value) => ({ Value })) },
});
const change = (...Changes: Change[]) =>
  harness.call<{ ChangeInfo: { Id: string; Status: string } }>('route53', 'ChangeResourceRecordSets', {
    HostedZoneId,
    ChangeBatch: { Changes },
  });
const list = async () =>
  (
    await harness.call<{ ResourceRecordSets: { Name: string; ResourceRecords: { Value: string }[] }[] }>(
      'route53',
      'ListResourceRecordSets',
      { HostedZoneId },
    )
  ).ResourceRecordSets.map(
    ({ Name, ResourceRecords }) => `${Name} ${ResourceRecords.map(({ Value }) => Value).join()}`,
  );

describe('record sets', () => {
  it('are put over what stands there, whatever the spelling of the name', async () => {
    await change(cname('UPSERT', 'api.example.org', 'one.example.net'));
    await change(cname('UPSERT', 'API.Example.org.', 'two.example.net'));
    expect(await list()).toEqual(['api.example.org. two.example.net']);
  });

  it('are pending, and in sync half a minute later', async () => {
    const { ChangeInfo } = await change(cname('CREATE', 'api.example.org', 'one.example.net'));
    expect(ChangeInfo).toMatchObject({ Id: expect.stringMatching(/^\/change\/C/), Status: 'PENDING' });
    await harness.clock.advance(30_000);
    const answer = await harness.call('route53', 'GetChange', { Id: ChangeInfo.Id });
    expect(answer).toMatchObject({ ChangeInfo: { Status: 'INSYNC' } });
  });

  it('change as a whole or not at all', async () => {
    await change(cname('CREATE', 'api.example.org', 'one.example.net'));
    const both = change(
      cname('UPSERT', 'api.example.org', 'two.example.net'),
      cname('UPSERT', 'api.other.org', 'x.example'),
    );
    await expect(both).rejects.toMatchObject({
      code: 'InvalidChangeBatch',
      message: expect.stringContaining('not permitted in zone'),
    });
    expect(await list()).toEqual(['api.example.org. one.example.net']);
  });

  it.each<[string, Change, RegExp]>([
    ['created twice', cname('CREATE', 'api.example.org', 'two.example.net'), /already exists/],
    ['deleted with other values', cname('DELETE', 'api.example.org', 'two.example.net'), /do not match/],
    ['deleted and not there', cname('DELETE', 'web.example.org', 'one.example.net'), /was not found/],
    ['a CNAME of two values', cname('UPSERT', 'api.example.org', 'a.example', 'b.example'), /more than one value/],
    ['a CNAME of the zone itself', cname('UPSERT', 'example.org', 'a.example'), /apex/],
    ['without a value', cname('UPSERT', 'api.example.org'), /Missing field/],
  ])('are refused: %s', async (_, asked, message) => {
    await change(cname('CREATE', 'api.example.org', 'one.example.net'));
    await expect(change(asked)).rejects.toThrow(message);
    expect(await list()).toEqual(['api.example.org. one.example.net']);
  });

  it('of a template stand beside the others, two of one name told apart, and go with the template', async () => {
    await change(cname('CREATE', 'api.example.org', 'one.example.net'));
    const check = await harness.create('AWS::Route53::HealthCheck', 'Health', { HealthCheckConfig: {} });
    for (const [SetIdentifier, Failover, HealthCheckId] of [
      ['here', 'PRIMARY', check.ref],
      ['there', 'SECONDARY', undefined],
    ]) {
      await harness.create('AWS::Route53::RecordSet', `Record${SetIdentifier}`, {
        ...{ HostedZoneId, Name: 'automation.example.org.', Type: 'A', SetIdentifier, Failover },
        AliasTarget: { DNSName: `${SetIdentifier}.example.net`, HostedZoneId: 'Z1' },
        ...(HealthCheckId && { HealthCheckId }),
      });
    }
    const listed = async () => await harness.call('route53', 'ListResourceRecordSets', { HostedZoneId });
    expect(await listed()).toMatchObject({
      ResourceRecordSets: [
        { Name: 'api.example.org.', ResourceRecords: [{ Value: 'one.example.net' }] },
        {
          ...{ Name: 'automation.example.org.', SetIdentifier: 'here', Failover: 'PRIMARY', HealthCheckId: check.ref },
          AliasTarget: { DNSName: 'here.example.net.', HostedZoneId: 'Z1' },
        },
        { Name: 'automation.example.org.', SetIdentifier: 'there', Failover: 'SECONDARY' },
      ],
    });
    new HostedZones(harness.context.store).forgetDeclared();
    expect(await list()).toEqual(['api.example.org. one.example.net']);
  });

  it('of a zone that is not there cannot be changed', async () => {
    await expect(harness.call('route53', 'GetHostedZone', { Id: 'Z0OTHER' })).rejects.toMatchObject({
      code: 'NoSuchHostedZone',
    });
  });
});

// What goes wrong wakes somebody: the alarm rings within minutes, and the mail says what to do.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silenceGitHub } from './commit-service.ts';
import { sendWebhook } from './send-webhook.ts';
import { startTestSystem, type TestSystem } from './start-test-system.ts';

const minute = 60_000;

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem();
  await silenceGitHub(system);
}, 120_000);
afterAll(async () => await system.stop());

/** Changes of state of an alarm of the primary region so far, oldest first; `name` is a part of its own. */
function changesOf(name: string): unknown[] {
  return system.runtime.context.trace
    .recent()
    .filter(({ name: happened, subject }) => happened === 'alarm-state-changed' && subject.includes(name))
    .filter(({ subject }) => !subject.includes('automation-recovery'))
    .map(({ details }) => details.to);
}

/** The mails about an alarm, as they were sent. */
function mailsOf(name: string): { to: string; Subject: string; Message: { AlarmDescription: string } }[] {
  const file = join(system.runtime.context.store.directory('sns'), 'mail.jsonl');
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .map((mail) => ({ ...mail, Message: JSON.parse(mail.Message) }))
    .filter(({ Subject }) => Subject.includes(name));
}

const findSecret = async (): Promise<string> => {
  const { SecretList } = await system.call<{ SecretList: { Name: string }[] }>('secretsmanager', 'ListSecrets', {});
  const found = SecretList.find(({ Name }) => Name.includes('webhook'));
  if (!found) throw new Error(`no secret of a webhook: there are ${SecretList.map(({ Name }) => Name).join(', ')}`);
  return found.Name;
};

describe('an alarm', () => {
  it('rings when webhooks are answered with a server error, and ends when that is over', async () => {
    const { clock } = system.runtime.context;
    const SecretId = await findSecret();
    const { SecretString } = await system.call<{ SecretString: string }>('secretsmanager', 'GetSecretValue', {
      SecretId,
    });
    await system.call('secretsmanager', 'PutSecretValue', { SecretId, SecretString: 'not JSON' });
    expect((await sendWebhook(system, { event: 'ping', body: { zen: 'Approachable' } })).status).toBe(503);
    await clock.advance(minute);
    expect(changesOf('WebhookApiFails')).toEqual(['OK', 'ALARM']);
    expect(mailsOf('WebhookApiFails')).toMatchObject([
      {
        to: system.configuration.notifications.alarmEmail,
        Subject: expect.stringMatching(/^ALARM: "/),
        Message: { AlarmDescription: expect.stringContaining('docs/runbook.md#webhook-api-fails') },
      },
    ]);
    await system.call('secretsmanager', 'PutSecretValue', { SecretId, SecretString });
    await clock.advance(2 * minute);
    expect((await sendWebhook(system, { event: 'ping', body: { zen: 'Approachable' } })).status).toBe(200);
    await clock.advance(minute);
    expect(changesOf('WebhookApiFails')).toEqual(['OK', 'ALARM', 'OK']);
  });

  it('rings for a function that throws, and for what it leaves behind in the end', async () => {
    const { clock } = system.runtime.context;
    const entry = {
      EventBusName: system.deployment.eventBusName,
      Source: 'automation.promotion',
      DetailType: 'PromotionFailed',
      Detail: JSON.stringify({ metadata: 'not as agreed' }),
    };
    await system.call('eventbridge', 'PutEvents', { Entries: [entry] });
    await clock.advance(2 * minute);
    expect(changesOf('NotifyErrors')).toContain('ALARM');
    expect(mailsOf('NotifyErrors')).not.toEqual([]);
    expect(changesOf('NotificationDeadLetters')).toEqual(['OK']);
    // The second retry comes two minutes after the first.
    await clock.advance(3 * minute);
    expect(changesOf('NotificationDeadLetters')).toEqual(['OK', 'ALARM']);
    expect(mailsOf('NotificationDeadLetters')).toHaveLength(1);
  });

  it('rings when the archive of a database falls further behind than allowed', async () => {
    const archive = await system.world.databases.get('prod', 'pyairtable').archive();
    await archive?.backUp();
    await archive?.flush();
    await system.runtime.context.clock.advance(16 * minute);
    expect(changesOf('ArchiveLags')).toEqual(['OK']);
    // Nothing is shipped from now on; the watchdog looks every 15 minutes, and one look that is late is none that is lost.
    await archive?.stop();
    await system.runtime.context.clock.advance(50 * minute);
    expect(changesOf('ArchiveLags')).toEqual(['OK', 'ALARM']);
    expect(mailsOf('ArchiveLags')).toHaveLength(1);
  });

  it('rings on, without another mail, for as long as a dead letter lies there', () => {
    // More than an hour has passed.
    expect(changesOf('NotificationDeadLetters')).toEqual(['OK', 'ALARM']);
    expect(mailsOf('NotificationDeadLetters')).toHaveLength(1);
    expect(changesOf('PromotionDeadLetters')).toEqual(['OK']);
  });

  it('rings for a workflow that fails', async () => {
    const { stateMachines } = await system.call<{ stateMachines: { stateMachineArn: string }[] }>(
      'sfn',
      'ListStateMachines',
      {},
    );
    const stateMachineArn = stateMachines[0]?.stateMachineArn;
    await system.call('sfn', 'StartExecution', { stateMachineArn, input: '{"no":"event"}' });
    await system.runtime.context.clock.advance(2 * minute);
    expect(changesOf('PromoteReleaseFailed')).toEqual(['OK', 'ALARM', 'OK']);
    expect(mailsOf('PromoteReleaseFailed')).toHaveLength(1);
  });
});

it('IAM refuses nothing of all that', () => {
  const refused = system.runtime.context.trace
    .recent()
    .filter(({ name }) => name === 'access-denied' || name === 'alarm-action-failed');
  expect(refused).toEqual([]);
});

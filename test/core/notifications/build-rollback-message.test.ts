// Tests of core/notifications/build-rollback-message.ts.
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import { rollbackSucceededExample as example, rollbackEventTypes } from '../../../contracts/events/rollback.ts';
import { buildRollbackMessage } from '../../../core/notifications/build-rollback-message.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');

describe('buildRollbackMessage', () => {
  it('says what went back, from where to where, and by which rule', () => {
    const message = buildRollbackMessage(configuration, 'RollbackSucceeded', example);
    expect(message.text).toBe('api-gateway was rolled back in dev: api-gateway is back and healthy in dev');
    expect(JSON.stringify(message.blocks)).toContain('rule `release-caused-it`');
  });

  it.each(rollbackEventTypes)('has words for %s', (type) => {
    expect(buildRollbackMessage(configuration, type, example).text).not.toContain('undefined');
  });

  it('asks people when they are to decide', () => {
    const detail = { ...example, decision: { outcome: 'deferred' as const, rule: 'one-suspect' } };
    expect(buildRollbackMessage(configuration, 'RollbackDecided', detail).text).toContain('needs somebody to decide');
  });

  it('shows hostile text and lets it do nothing', () => {
    const rollback = { ...example.rollback, from: ['`<!channel>` $(reboot)'] };
    const text = JSON.stringify(
      buildRollbackMessage(configuration, 'RollbackFailed', { ...example, rollback, reason: '<!here>\u202E' }),
    );
    expect(text).not.toMatch(/<!|\u202E/);
  });
});

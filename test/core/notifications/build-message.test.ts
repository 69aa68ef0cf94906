// Tests of core/notifications/build-message.ts.
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import { promotionEventTypes, promotionSucceededExample } from '../../../contracts/events/promotion.ts';
import { buildMessage } from '../../../core/notifications/build-message.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');
const example = promotionSucceededExample;

describe('buildMessage', () => {
  it('says what runs where, by whom, and where to look', () => {
    const message = buildMessage(configuration, 'PromotionSucceeded', example);
    expect(message.text).toBe('api-gateway now runs in dev: api-gateway is healthy in dev');
    expect(message.channel).toBe('#deployments');
    expect(JSON.stringify(message.blocks)).toContain(`<${example.url}|details>`);
  });

  it('goes to the channel of its environment', () => {
    const detail = { ...example, promotion: { ...example.promotion, environment: 'prod' } };
    expect(buildMessage(configuration, 'PromotionFailed', detail).channel).toBe('#deployments-prod');
  });

  it.each(promotionEventTypes)('has words for %s', (type) => {
    expect(buildMessage(configuration, type, example).text).not.toContain('undefined');
  });

  it('shows hostile text and lets it do nothing', () => {
    const reason = '<!channel> <https://evil.example|click> *bold*\u202Egnp.exe\n& more';
    const url = 'javascript:alert(1)';
    const message = buildMessage(configuration, 'PromotionFailed', { ...example, reason, url });
    const text = JSON.stringify(message);
    expect(text).not.toContain('<!channel>');
    expect(text).not.toContain('<https://evil');
    expect(text).not.toContain('javascript:');
    expect(text).not.toContain('\u202E');
    expect(text).toContain('&lt;!channel&gt;');
  });

  it('fits into a block however long the reason is', () => {
    const message = buildMessage(configuration, 'PromotionFailed', { ...example, reason: 'x'.repeat(50_000) });
    expect(JSON.stringify(message.blocks[0]).length).toBeLessThan(3_000);
  });
});

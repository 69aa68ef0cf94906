// The words for each family of events, and how channels show them. Whatever comes from outside is inert in all of them.
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import { certificateExpiringExample } from '../../../contracts/events/certificate.ts';
import { promotionEventTypes, promotionSucceededExample } from '../../../contracts/events/promotion.ts';
import { rollbackSucceededExample } from '../../../contracts/events/rollback.ts';
import { type Announcement, severities } from '../../../contracts/notifications.ts';
import { buildAnnouncement } from '../../../core/notifications/build-announcement.ts';
import { findChannels } from '../../../core/notifications/find-channels.ts';
import { messageFamilies } from '../../../core/notifications/message-families.ts';
import { renderComment } from '../../../core/notifications/render-comment.ts';
import { renderMail } from '../../../core/notifications/render-mail.ts';
import { renderPage } from '../../../core/notifications/render-page.ts';
import { renderSlack, renderSlackDetails } from '../../../core/notifications/render-slack.ts';
import { buildRecoveryRoutes } from '../../../lib/recovery/recovery-routes.ts';
import { buildEventRoutes } from '../../../lib/routes.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');
const { notifications } = configuration;

function announce(source: string, type: string, detail: object): Announcement {
  return buildAnnouncement({ source, 'detail-type': type, detail: detail as never }).announcement;
}
const promotion = (type: string, more: object = {}) =>
  announce('automation.promotion', type, { ...promotionSucceededExample, ...more });
const rollback = (type: string, more: object = {}) =>
  announce('automation.rollback', type, { ...rollbackSucceededExample, ...more });

describe('the table of families', () => {
  it('has one family for each type of event', () => {
    const types = messageFamilies.flatMap(({ source, types }) => types.map((type) => `${source} ${type}`));
    expect(new Set(types).size).toBe(types.length);
  });

  it('is reached by a rule for each type of event, and no rule sends what it has no words for', () => {
    const rules = [...buildEventRoutes(configuration), ...buildRecoveryRoutes(configuration, (name) => name)]
      .filter(({ target }) => 'function' in target && target.function === 'notify')
      .map(({ pattern }) => pattern);
    const types = messageFamilies.flatMap(({ source, types }) => types.map((type) => ({ source, type })));
    const unreached = types.filter(
      ({ source, type }) =>
        !rules.some((rule) => rule.source?.includes(source) && (rule.detailType?.includes(type) ?? true)),
    );
    expect(unreached).toEqual([]);
    const sent = rules.flatMap(({ source = [], detailType = [] }) =>
      source.flatMap((from) => detailType.map((type) => ({ source: from, type }))),
    );
    const wordless = sent.filter(
      (event) => !types.some(({ source, type }) => source === event.source && type === event.type),
    );
    expect(wordless).toEqual([]);
  });

  it('refuses an event that nobody has words for: it would be told to nobody in silence', () => {
    expect(() => announce('automation.promotion', 'PromotionVanished', promotionSucceededExample)).toThrow(
      /no words for PromotionVanished/,
    );
    expect(() => announce('automation.rollback', 'RollbackFailed', promotionSucceededExample)).toThrow(/not as agreed/);
  });
});

describe('a promotion', () => {
  it('says what runs where, by whom, and where to look', () => {
    const content = renderSlack(promotion('PromotionSucceeded'));
    expect(content.text).toBe('api-gateway now runs in dev: api-gateway is healthy in dev');
    expect(JSON.stringify(content.blocks)).toContain(`<${promotionSucceededExample.url}|details>`);
  });

  it.each(promotionEventTypes)('has words for %s', (type) => {
    expect(renderSlack(promotion(type)).text).not.toContain('undefined');
  });
});

describe('a rollback', () => {
  it('says what went back, from where to where, and by which rule', () => {
    const content = renderSlack(rollback('RollbackSucceeded'));
    expect(content.text).toBe('api-gateway was rolled back in dev: api-gateway is back and healthy in dev');
    expect(JSON.stringify(content.blocks)).toContain('rule `release-caused-it`');
  });

  it('asks people when they are to decide, and wakes somebody', () => {
    const deferred = rollback('RollbackDecided', { decision: { outcome: 'deferred', rule: 'one-suspect' } });
    expect(deferred).toMatchObject({ severity: 'critical', headline: expect.stringContaining('needs somebody') });
  });
});

describe('channels', () => {
  it('are the one of the environment, and those that the routes ask for', () => {
    const failed = rollback('RollbackFailed', {
      rollback: { ...rollbackSucceededExample.rollback, environment: 'prod' },
    });
    expect(findChannels(notifications, failed, [])).toEqual([
      'slack#deployments-prod',
      'email',
      'pager-duty',
      'github',
    ]);
    expect(findChannels(notifications, promotion('PromotionStarted'), [])).toEqual(['slack#deployments']);
  });

  it('hear the end of what they heard of, however mild it is', () => {
    expect(findChannels(notifications, promotion('PromotionSucceeded'), ['pager-duty'])).toContain('pager-duty');
  });

  it.each(severities)('never keep an end from Slack, with %s as the least that it is told', (minimumSeverity) => {
    const strict = { ...notifications, routes: [], slack: { ...notifications.slack, minimumSeverity } };
    const ends = promotionEventTypes.map((type) => promotion(type)).filter(({ closes }) => closes);
    expect(ends.length).toBeGreaterThan(3);
    for (const end of ends) expect(findChannels(strict, end, [])).toEqual(['slack#deployments']);
  });
});

describe('PagerDuty', () => {
  it('is triggered by what is critical, told when somebody is at it, and resolved by its end: one incident per subject', () => {
    const { verdict } = certificateExpiringExample.certificate;
    const critical = announce('automation.certificate', 'CertificateProblem', {
      ...certificateExpiringExample,
      certificate: { ...certificateExpiringExample.certificate, verdict: { ...verdict, state: 'critical' } },
    });
    const recovered = announce('automation.certificate', 'CertificateRecovered', certificateExpiringExample);
    expect([critical, recovered].map(renderPage)).toMatchObject([
      { event_action: 'trigger', dedup_key: 'certificate/api', payload: { severity: 'critical', source: 'prod' } },
      { event_action: 'resolve', dedup_key: 'certificate/api' },
    ]);
    expect(renderPage(rollback('RollbackDecided')).event_action).toBe('acknowledge');
  });

  it('keeps an end open that is itself a failure', () => {
    expect(renderPage(rollback('RollbackFailed')).event_action).toBe('trigger');
  });
});

describe('hostile text', () => {
  const hostile =
    '<!channel> <https://evil.example|click> @everyone #1 `$(reboot)`\u202Egnp.exe\n```\n*bold* & more\u2066';
  const announcement = promotion('PromotionFailed', {
    reason: hostile,
    url: 'javascript:alert(1)',
    metadata: { ...promotionSucceededExample.metadata, actor: hostile },
    promotion: { ...promotionSucceededExample.promotion, services: [hostile], version: hostile },
  });

  it('calls nobody and links nowhere in Slack', () => {
    const text = JSON.stringify([renderSlack(announcement), renderSlackDetails(announcement, true)]);
    expect(text).not.toMatch(/<!|<https|javascript:|\u202E|\u2066/);
    expect(text).toContain('&lt;!channel&gt;');
    // Every text in Slack's markup forbids Slack to find names and addresses in it.
    expect(text.match(/"mrkdwn"/g)?.length).toBe(text.match(/"verbatim":true/g)?.length);
  });

  it('stays within its block of code on GitHub', () => {
    const lines = renderComment(announcement).split('\n');
    expect([lines[0], lines.at(-1)]).toEqual(['```text', '```']);
    expect(lines.slice(1, -1).join('')).not.toMatch(/`|\u202E/);
  });

  it('is one printable line as the subject of a mail', () => {
    expect(renderMail(announcement).subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    expect(renderMail({ ...announcement, headline: 'é'.repeat(500) }).subject).toMatch(/^[\x20-\x7e]{1,99}$/);
  });

  it('is plain in a page', () => {
    expect(JSON.stringify(renderPage({ ...announcement, severity: 'critical' }))).not.toMatch(/\u202E|\\n|javascript/);
  });

  it('fits everywhere, however long it is', () => {
    const long = promotion('PromotionFailed', { reason: '<'.repeat(50_000) });
    const [section] = renderSlack(long).blocks;
    expect(JSON.stringify(section).length).toBeLessThan(3_000);
    expect(renderMail(long).body.length).toBeLessThan(10_000);
  });
});

// What PagerDuty is told of a state, as an event of its Events API v2.
import type { Announcement } from '../../contracts/notifications.ts';
import { cleanText, findLink } from './clean-text.ts';

/** Without the routing key. @see https://developer.pagerduty.com/docs/send-alert-event */
export interface Page {
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve';
  readonly dedup_key: string;
  readonly payload?: object;
  readonly client?: string;
  readonly links?: readonly { readonly href: string; readonly text: string }[];
}

/**
 * One incident per subject, by its deduplication key. An end that is itself critical (a rollback failed) pages and stays open
 * until a person closes it; every other end resolves.
 */
export function renderPage(announcement: Announcement): Page {
  const { subject, family, environment, severity, closes, inHand = false, headline, reason, facts, url } = announcement;
  // A key has 255 characters at most.
  const dedup_key = subject.slice(0, 255);
  if (closes && severity !== 'critical') return { event_action: 'resolve', dedup_key };
  if (inHand && severity !== 'critical') return { event_action: 'acknowledge', dedup_key };
  const link = findLink(url);
  return {
    event_action: 'trigger',
    dedup_key,
    client: 'PyAirtable Deployment Automation',
    payload: {
      summary: cleanText(`${headline}: ${reason}`, 1024),
      source: environment ?? 'deployment-automation',
      severity,
      class: family,
      custom_details: Object.fromEntries(
        facts.map(({ label, value }) => [cleanText(label, 40), cleanText(value, 300)]),
      ),
    },
    ...(link !== undefined && { links: [{ href: link, text: 'details' }] }),
  };
}

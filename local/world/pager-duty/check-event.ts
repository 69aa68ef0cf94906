// What PagerDuty takes as an event, and what it says of what it does not. https://developer.pagerduty.com/docs/send-alert-event

export interface PagerDutyEvent {
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve';
  readonly dedup_key?: string;
  readonly payload?: { readonly summary?: string; readonly source?: string; readonly severity?: string };
}

const actions = ['trigger', 'acknowledge', 'resolve'];
const severities = ['critical', 'error', 'warning', 'info'];

/** The event, or why it is none. */
export function checkEvent(
  body: Buffer,
  routingKey: string,
): { readonly event?: PagerDutyEvent; readonly errors: readonly string[] } {
  const value = parse(body);
  if (value === undefined) return { errors: ['body is not valid JSON'] };
  const errors: string[] = [];
  const { routing_key: key, event_action: action, dedup_key: dedup, payload } = value;
  if (key !== routingKey) errors.push('Invalid routing key');
  if (!actions.includes(String(action))) errors.push(`'event_action' must be one of ${actions.join(', ')}`);
  if (typeof dedup === 'string' && dedup.length > 255)
    errors.push("'dedup_key' is too long (maximum is 255 characters)");
  if (action !== 'trigger' && typeof dedup !== 'string') errors.push("'dedup_key' is missing or blank");
  if (action === 'trigger') {
    const { summary, source, severity } = (payload ?? {}) as Record<string, unknown>;
    if (typeof summary !== 'string' || summary === '') errors.push("'payload.summary' is missing or blank");
    else if (summary.length > 1024) errors.push("'payload.summary' is too long (maximum is 1024 characters)");
    if (typeof source !== 'string' || source === '') errors.push("'payload.source' is missing or blank");
    if (!severities.includes(String(severity)))
      errors.push(
        "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
      );
  }
  return errors.length > 0 ? { errors } : { event: value as unknown as PagerDutyEvent, errors };
}

function parse(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

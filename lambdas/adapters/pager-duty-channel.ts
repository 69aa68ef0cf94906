// PagerDuty as a channel: one incident per subject, by Events API v2.
import { AppError } from '../../core/app-error.ts';
import type { Clock } from '../../core/clock.ts';
import { renderPage } from '../../core/notifications/render-page.ts';
import type { Channel } from '../../core/notifications/tell-people.ts';
import type { AddressReader } from './address-reader.ts';
import { postJson } from './post-json.ts';
import type { SecretReader } from './secret-reader.ts';

/** @see https://developer.pagerduty.com/docs/events-api-v2-overview */
export function createPagerDutyChannel(
  address: AddressReader,
  secret: SecretReader<{ readonly routingKey: string }>,
  clock: Clock,
): Channel {
  return {
    async show(announcement) {
      const url = `${await address('pager-duty-api-url')}/v2/enqueue`;
      const page = renderPage(announcement);
      const send = async (routingKey: string): Promise<Response> =>
        await postJson('PagerDuty', clock, url, { routing_key: routingKey, ...page });
      const { routingKey } = await secret.read();
      let response = await send(routingKey);
      if (response.status === 400) {
        const renewed = (await secret.read({ refresh: true })).routingKey;
        if (renewed !== routingKey) response = await send(renewed);
      }
      if (response.status === 202) return;
      if (response.status >= 500)
        throw new AppError('UpstreamUnavailableError', `PagerDuty answered ${response.status}`);
      const { message, errors } = (await response.json().catch(() => ({}))) as { message?: string; errors?: string[] };
      const words = [message, ...(errors ?? [])].filter((word) => word !== undefined).join(', ');
      throw new AppError(
        'ForbiddenError',
        `PagerDuty takes no event (${response.status}: ${words.slice(0, 200)}): check the routing key in its secret`,
      );
    },
  };
}

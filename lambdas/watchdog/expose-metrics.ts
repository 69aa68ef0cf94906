// What /metrics answers to each kind of request.
import type { WebhookSecret } from '../../core/ingress/verify-signature.ts';
import { collectMetrics, type MetricSources } from '../../core/metrics/collectors.ts';
import { expositionContentType, renderMetrics } from '../../core/metrics/metric-family.ts';
import type { SecretReader } from '../adapters/secret-reader.ts';
import { isAuthorized } from '../ingress/is-authorized.ts';
import type { HttpAnswer, HttpApiEvent } from '../platform/http-api.ts';

export interface ExposeMetricsParts {
  readonly secret: SecretReader<WebhookSecret>;
  readonly sources: MetricSources;
}

/** Names of services and jobs are nobody else's business: without the credential there is no answer. */
export function createExposeMetrics(parts: ExposeMetricsParts): (event: HttpApiEvent) => Promise<HttpAnswer> {
  return async (event): Promise<HttpAnswer> => {
    if (event.requestContext.http.method !== 'GET')
      return { statusCode: 405, headers: { allow: 'GET' }, body: { message: 'read the metrics with GET' } };
    if (!(await isAuthorized(parts.secret, event.headers.authorization))) {
      const headers = { 'www-authenticate': 'Bearer' };
      return { statusCode: 401, headers, body: { message: 'the credential is missing or wrong' } };
    }
    const text = renderMetrics(await collectMetrics(parts.sources));
    return { statusCode: 200, headers: { 'content-type': expositionContentType }, body: text };
  };
}

// The one shape of our log lines.
import { LogFormatter, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';

/** JSON with timestamp, level, service, environment, trace_id and message first; then what the line adds, such as duration_ms. */
export class AutomationLogFormatter extends LogFormatter {
  override formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const { environment, ...rest } = additional;
    return new LogItem({
      attributes: {
        timestamp: attributes.timestamp.toISOString(),
        level: attributes.logLevel,
        service: attributes.serviceName,
        environment: environment ?? 'all',
        trace_id: attributes.xRayTraceId,
        message: attributes.message,
        request_id: attributes.lambdaContext?.awsRequestId,
      },
    }).addAttributes(rest);
  }
}

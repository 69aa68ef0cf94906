// The embedded metric format: metrics that functions print as JSON lines.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
import type { RuntimeContext } from '../../runtime/context.ts';
import type { CallContext } from '../../runtime/service.ts';

interface EmbeddedMetrics {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit?: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

/** Puts what the lines measure into CloudWatch, once for each set of dimensions. Other lines are left alone. */
export async function publishEmbeddedMetrics(
  context: RuntimeContext,
  call: CallContext,
  events: readonly { readonly message: string }[],
): Promise<void> {
  for (const embedded of events.flatMap(({ message }) => parseEmbedded(message))) {
    for (const directive of embedded._aws.CloudWatchMetrics) {
      const data = directive.Dimensions.flatMap((names) =>
        directive.Metrics.flatMap(({ Name, Unit }) =>
          readValues(embedded[Name]).map((Value) => ({
            MetricName: Name,
            Value,
            Unit,
            Timestamp: new Date(embedded._aws.Timestamp),
            Dimensions: names.map((name) => ({ Name: name, Value: String(embedded[name]) })),
          })),
        ),
      );
      if (data.length === 0) continue;
      await context.call({
        service: 'cloudwatch',
        operation: 'PutMetricData',
        input: { Namespace: directive.Namespace, MetricData: data },
        // The extraction is CloudWatch's own doing: the function needs no permission for it.
        principal: context.servicePrincipal('logs.amazonaws.com', ''),
        region: call.region,
      });
    }
  }
}

function parseEmbedded(message: string): EmbeddedMetrics[] {
  if (!message.includes('"CloudWatchMetrics"')) return [];
  try {
    const parsed = JSON.parse(message) as Partial<EmbeddedMetrics>;
    return Array.isArray(parsed._aws?.CloudWatchMetrics) ? [parsed as EmbeddedMetrics] : [];
  } catch {
    // A line that merely mentions the word is a log line like any other.
    return [];
  }
}

function readValues(value: unknown): number[] {
  return (Array.isArray(value) ? value : [value]).filter((each): each is number => typeof each === 'number');
}

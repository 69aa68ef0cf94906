// PutLogEvents, GetLogEvents and FilterLogEvents.
import type {
  FilterLogEventsCommandInput,
  GetLogEventsCommandInput,
  PutLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import { publishEmbeddedMetrics } from './embedded-metrics.ts';
import { getGroup, onGroup, onStream } from './group-operations.ts';
import type { LogEvent, LogStore, LogStream } from './log-store.ts';

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
const defaultPage = 10_000;

export function createEventOperations(context: RuntimeContext, logs: LogStore): Record<string, Operation> {
  const getStream = (group: string, name: string | undefined, call: CallContext): LogStream => {
    const stream = logs.findStream(call.region, group, name ?? '');
    if (stream === undefined)
      throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
    return stream;
  };
  return {
    PutLogEvents: {
      authorize: onStream('logs:PutLogEvents'),
      handle: async ({ logGroupName, logStreamName, logEvents = [] }: PutLogEventsCommandInput, call: CallContext) => {
        const stream = getStream(getGroup(logs, logGroupName, call).name, logStreamName, call);
        const events = logEvents.map(({ timestamp = 0, message = '' }) => ({ timestamp, message }));
        logs.append(stream, events);
        await publishEmbeddedMetrics(context, call, events);
        return {};
      },
    },
    GetLogEvents: {
      authorize: onStream('logs:GetLogEvents'),
      handle: async (input: GetLogEventsCommandInput, call: CallContext) => {
        const stream = getStream(
          getGroup(logs, input.logGroupName ?? input.logGroupIdentifier, call).name,
          input.logStreamName,
          call,
        );
        const offset = Number(/^[fb]\/(\d+)$/.exec(input.nextToken ?? '')?.[1] ?? 0);
        const events: LogEvent[] = [];
        let seen = 0;
        for await (const event of logs.read(stream)) {
          if (!isWithin(event, input.startTime, input.endTime)) continue;
          seen += 1;
          if (seen > offset && events.length < (input.limit ?? defaultPage)) events.push(event);
        }
        return { events, nextForwardToken: `f/${offset + events.length}`, nextBackwardToken: `b/${offset}` };
      },
    },
    FilterLogEvents: {
      authorize: onGroup('logs:FilterLogEvents'),
      handle: async (input: FilterLogEventsCommandInput, call: CallContext) => {
        const group = getGroup(logs, input.logGroupName ?? input.logGroupIdentifier, call);
        const names = input.logStreamNames;
        const streams = logs
          .listStreams(call.region, group.name, input.logStreamNamePrefix ?? '')
          .filter(({ name }) => names === undefined || names.includes(name));
        const events: (LogEvent & { logStreamName: string; eventId: string })[] = [];
        for (const stream of streams) {
          let index = 0;
          for await (const event of logs.read(stream)) {
            index += 1;
            if (!isWithin(event, input.startTime, input.endTime) || !matchesTerms(event.message, input.filterPattern))
              continue;
            events.push({ ...event, logStreamName: stream.name, eventId: `${stream.name}/${index}` });
          }
        }
        events.sort((a, b) => a.timestamp - b.timestamp);
        const offset = Number(input.nextToken ?? 0);
        const page = events.slice(offset, offset + (input.limit ?? defaultPage));
        const next = offset + page.length;
        return { events: page, ...(next < events.length ? { nextToken: String(next) } : {}) };
      },
    },
  };
}

function isWithin({ timestamp }: LogEvent, startTime = 0, endTime = Number.POSITIVE_INFINITY): boolean {
  return timestamp >= startTime && timestamp < endTime;
}

/** Terms and quoted phrases, all of which must occur; patterns on JSON fields and columns are refused rather than ignored. */
function matchesTerms(message: string, pattern = ''): boolean {
  if (/^\s*[{[]/.test(pattern)) {
    throw new AwsError(
      'InvalidParameterException',
      `filter patterns on fields are not evaluated here, only terms and "phrases"; got ${pattern}`,
    );
  }
  const terms = [...pattern.matchAll(/"([^"]*)"|(\S+)/g)].map(([, phrase, term]) => phrase ?? term ?? '');
  return terms.every((term) => message.includes(term));
}

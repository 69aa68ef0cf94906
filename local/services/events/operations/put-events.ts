// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
import { randomUUID } from 'node:crypto';
import type { PutEventsCommandInput, PutEventsRequestEntry, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../../runtime/service.ts';
import { type BusEvent, countEntryBytes, formatEventTime } from '../bus-event.ts';
import type { AcceptedDeliveries } from '../delivery/delivery-queue.ts';
import { buildBusArn, parseBusName } from '../event-bus-arn.ts';
import type { EventBuses } from '../event-buses.ts';

const MAXIMUM_ENTRIES = 10;
/** 1 MB since January 2026: https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb/ */
const MAXIMUM_TOTAL_BYTES = 1_048_576;

interface EntryRefusal {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

interface AcceptedEntry {
  readonly result: PutEventsResultEntry;
  readonly deliveries?: AcceptedDeliveries;
}

function refuseRequest(entries: readonly PutEventsRequestEntry[]): void {
  if (entries.length < 1 || entries.length > MAXIMUM_ENTRIES) {
    const bound = entries.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${MAXIMUM_ENTRIES}`;
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${bound}`,
    );
  }
  if (entries.reduce((bytes, entry) => bytes + countEntryBytes(entry), 0) > MAXIMUM_TOTAL_BYTES) {
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
}

function buildMissing(name: string): EntryRefusal {
  return {
    ErrorCode: 'InvalidArgument',
    ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
  };
}

function findRefusal(entry: PutEventsRequestEntry, call: CallContext): EntryRefusal | undefined {
  if (!entry.Source) return buildMissing('Source');
  if (!entry.DetailType) return buildMissing('DetailType');
  if (!entry.Detail) return buildMissing('Detail');
  if (entry.Source.startsWith('aws.') && call.principal.kind !== 'service') {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  return undefined;
}

/** The detail as an object; undefined when it is none. */
function findDetail(text: string): object | undefined {
  try {
    const detail = JSON.parse(text) as unknown;
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? detail : undefined;
  } catch {
    return undefined;
  }
}

export function createPutEvents(context: RuntimeContext, buses: EventBuses): Operation {
  function buildEvent(entry: PutEventsRequestEntry, detail: object, call: CallContext, region: string): BusEvent {
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': entry.DetailType ?? '',
      source: entry.Source ?? '',
      account: call.accountId,
      time: formatEventTime(entry.Time ? new Date(entry.Time).getTime() : context.clock.now()),
      region,
      resources: entry.Resources ?? [],
      detail,
    };
  }

  function accept(entry: PutEventsRequestEntry, call: CallContext): AcceptedEntry {
    const refusal = findRefusal(entry, call);
    if (refusal) return { result: refusal };
    const detail = findDetail(entry.Detail ?? '');
    if (!detail) return { result: { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' } };
    const address = parseBusName(entry.EventBusName, call.region);
    const bus = buses.find(address);
    if (!bus) {
      // AWS drops such events without a word; here the mistake is told.
      const message = `Event bus ${address.name} does not exist.`;
      return { result: { ErrorCode: 'ResourceNotFoundException', ErrorMessage: message } };
    }
    const event = buildEvent(entry, detail, call, address.region);
    return { result: { EventId: event.id }, deliveries: buses.accept(bus, event) };
  }

  return {
    authorize(input: PutEventsCommandInput, call) {
      const arns = (input.Entries ?? []).map(({ EventBusName }) =>
        buildBusArn(parseBusName(EventBusName, call.region), call.accountId),
      );
      return [...new Set(arns)].map((resource) => {
        const entries = (input.Entries ?? []).filter((_, index) => arns[index] === resource);
        return {
          action: 'events:PutEvents',
          resource,
          context: {
            'events:source': entries.map(({ Source }) => Source ?? ''),
            'events:detail-type': entries.map(({ DetailType }) => DetailType ?? ''),
          },
        };
      });
    },
    async handle(input: PutEventsCommandInput, call) {
      const entries = input.Entries ?? [];
      refuseRequest(entries);
      const accepted = entries.map((entry) => accept(entry, call));
      try {
        await context.store.flush();
      } catch (error) {
        for (const { deliveries } of accepted) deliveries?.withdraw();
        throw new AwsError('InternalException', 'The events could not be stored.', { status: 503, cause: error });
      }
      for (const { deliveries } of accepted) deliveries?.begin();
      return {
        FailedEntryCount: accepted.filter(({ result }) => result.ErrorCode).length,
        Entries: accepted.map(({ result }) => result),
      };
    },
  };
}

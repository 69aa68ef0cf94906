// A recorded event in the shape of GetExecutionHistory.
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { RecordedEvent } from '../engine/journal.ts';
import { isJsonObject, type Json } from '../engine/json.ts';

/** Written as JSON text, and left out when the caller does not want execution data. */
const DATA_MEMBERS: ReadonlySet<string> = new Set(['input', 'output']);

/** The SDK's shape of the event. `includesData: false` leaves inputs and outputs out. */
export function describeHistoryEvent(event: RecordedEvent, includesData: boolean): HistoryEvent {
  const described = {
    timestamp: new Date(event.timestampMilliseconds),
    type: event.type,
    id: event.id,
    previousEventId: event.previousEventId,
  };
  if (!event.details) return described;
  return { ...described, [detailsMember(event.type)]: describeDetails(event.details, includesData) };
}

function detailsMember(type: string): string {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${lowerFirst(type)}EventDetails`;
}

function describeDetails(details: Readonly<Record<string, Json | undefined>>, includesData: boolean): object {
  const described: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(details)) {
    if (value === undefined) continue;
    if (DATA_MEMBERS.has(name)) {
      if (!includesData) continue;
      described[name] = JSON.stringify(value);
      described[`${name}Details`] = { truncated: false };
    } else if (name === 'parameters') {
      described.parameters = JSON.stringify(value);
    } else if (name === 'assignedVariables' && isJsonObject(value)) {
      if (!includesData) continue;
      described.assignedVariables = Object.fromEntries(
        Object.entries(value).map(([variable, assigned]) => [variable, JSON.stringify(assigned)]),
      );
      described.assignedVariablesDetails = { truncated: false };
    } else {
      described[name] = value;
    }
  }
  return described;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

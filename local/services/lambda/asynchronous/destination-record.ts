// The record that a destination of an asynchronous invocation receives.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html

export type DestinationCondition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';

export interface DestinationRecord {
  readonly version: '1.0';
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: DestinationCondition;
    readonly approximateInvokeCount: number;
  };
  readonly requestPayload: unknown;
  readonly responseContext?: {
    readonly statusCode: number;
    readonly executedVersion: string;
    readonly functionError?: string;
  };
  readonly responsePayload?: unknown;
}

/** `now` is virtual time in milliseconds; payloads are JSON texts. */
export function buildDestinationRecord(
  invocation: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly payload: string;
    readonly attempts: number;
  },
  outcome: { readonly condition: DestinationCondition; readonly responsePayload?: string; readonly version?: string },
  now: number,
): DestinationRecord {
  const isQualified = invocation.functionArn.split(':').length > 7;
  return {
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId: invocation.requestId,
      functionArn: isQualified ? invocation.functionArn : `${invocation.functionArn}:$LATEST`,
      condition: outcome.condition,
      approximateInvokeCount: invocation.attempts,
    },
    requestPayload: JSON.parse(invocation.payload),
    ...(outcome.responsePayload !== undefined && {
      responseContext: {
        statusCode: 200,
        executedVersion: outcome.version ?? '$LATEST',
        ...(outcome.condition !== 'Success' && { functionError: 'Unhandled' }),
      },
      responsePayload: JSON.parse(outcome.responsePayload),
    }),
  };
}

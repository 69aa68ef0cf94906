// What Step Functions says of an execution, on the account's default bus.
import * as z from 'zod/mini';

const detailType = 'Step Functions Execution Status Change';
const cutOffStatuses = ['ABORTED', 'TIMED_OUT', 'FAILED'] as const;

/** Of an execution that did not end by itself. @see https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
export const executionCutOffSchema = z.object({
  'detail-type': z.literal(detailType),
  time: z.string(),
  detail: z.object({ executionArn: z.string(), status: z.enum(cutOffStatuses) }),
});

/** Of any workflow of ours; it is AWS that speaks. */
export function buildCutOffPattern(application: string) {
  return {
    source: ['aws.states'],
    detailType: [detailType],
    detail: {
      stateMachineArn: [{ wildcard: `*:stateMachine:${application}-*` }],
      status: [...cutOffStatuses],
    },
  };
}

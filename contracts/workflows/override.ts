// What `automation override request` asks for.
import * as z from 'zod/mini';

export const requestOverrideTask = {
  input: z.object({
    environment: z.string().check(z.minLength(1), z.maxLength(40)),
    service: z.string().check(z.minLength(1), z.maxLength(40)),
    gates: z.array(z.string()).check(z.minLength(1), z.maxLength(20)),
    reason: z.string().check(z.minLength(1), z.maxLength(300)),
    /** How long the gates stay overruled, from now on. */
    minutes: z.number().check(z.minimum(1), z.maximum(10_080)),
    requestedBy: z.string().check(z.minLength(1), z.maxLength(100)),
    requestedAt: z.string(),
    overrideId: z.string().check(z.regex(/^[\w-]{8,60}$/)),
  }),
  output: z.object({
    approvalId: z.string(),
    validUntil: z.string(),
    approvers: z.array(z.string()),
    quorum: z.number(),
  }),
};
export type OverrideRequest = z.infer<typeof requestOverrideTask.input>;

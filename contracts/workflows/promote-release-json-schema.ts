// The JSON Schema of promote-release's input by hand, for forms and for checks before an execution is started.
import * as z from 'zod/mini';
import { promotionRequestSchema } from './promote-release.ts';

/** Draft 2020-12; the same limits that the workflow's plan enforces. */
export function promotionRequestJsonSchema(): object {
  return z.toJSONSchema(promotionRequestSchema);
}

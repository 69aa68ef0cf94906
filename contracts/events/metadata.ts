// What every event of the bus carries about itself, so that causes can be followed.
import * as z from 'zod/mini';

export const metadataSchema = z.object({
  /** Unique: the same event published twice has the same id. */
  eventId: z.string().check(z.minLength(1), z.maxLength(200)),
  /** One for a whole chain of causes: for what a commit causes, `<owner>/<repository>@<commit>`. */
  correlationId: z.string().check(z.minLength(1), z.maxLength(300)),
  /** The event that caused this one; absent at the beginning of a chain. */
  causationId: z.optional(z.string()),
  /** ISO 8601 in UTC. */
  occurredAt: z.string(),
  /** The person or system behind it. */
  actor: z.string(),
});

export type Metadata = z.infer<typeof metadataSchema>;

// By which labels an image says what its migrations do to the database.
import { z } from 'zod';

const label = z.string().regex(/^[a-z0-9]([a-z0-9./_-]{0,126}[a-z0-9])?$/, 'must be the name of an OCI label');

export const schemaLabelsSchema = z.strictObject({
  /** Where the version's migrations bring the schema: a whole number that only grows. */
  level: label,
  /** The lowest level of a version that still works with that. A version that takes something away raises it. */
  compatibleFrom: label,
});

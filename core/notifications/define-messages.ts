// How a kind of event becomes words: each family of events has one definition.
import type * as z from 'zod/mini';
import type { Announcement } from '../../contracts/notifications.ts';

/** What the notifier knows of a family. */
export interface MessageFamily {
  readonly source: string;
  readonly types: readonly string[];
  readonly schema: z.ZodMiniType;
  /** `detail` keeps to `schema`. */
  build(type: string, detail: unknown): Announcement;
}

/** Ties the types of events and their schema to the builder; `build` is pure. */
export function defineMessages<Type extends string, Schema extends z.ZodMiniType>(definition: {
  readonly source: string;
  readonly types: readonly Type[];
  readonly schema: Schema;
  readonly build: (type: Type, detail: z.output<Schema>) => Announcement;
}): MessageFamily {
  return { ...definition, build: (type, detail) => definition.build(type as Type, detail as z.output<Schema>) };
}

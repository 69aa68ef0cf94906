// What calls of RDS have in common: tags, and answers that are no errors to us.
import type { Tag } from '@aws-sdk/client-rds';

export function toTagList(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function toTags(list: readonly Tag[] = []): Record<string, string> {
  return Object.fromEntries(list.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** Undefined where RDS answers with one of these errors: there is no such thing, or it is there already. */
export async function unlessRds<T>(errors: readonly string[], asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && errors.includes(error.name)) return undefined;
    throw error;
  }
}

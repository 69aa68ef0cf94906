// What is different between two nights: which objects, and where in them. Never a value: messages go to many people.
import type { Json, JsonObject } from './describe-object.ts';

export interface Changes {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** For a person: `+ ConfigMap shop/limits`, `~ Secret shop/database: hashes.PGPASSWORD`. */
  readonly lines: readonly string[];
}

/** So many places of one object are named. */
const namedPlaces = 8;

/** Compares the lines of one kind of object in one namespace. */
export function compareLines(before: readonly string[], after: readonly string[]): Changes {
  const [old, now] = [indexLines(before), indexLines(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  let [added, removed, changed] = [0, 0, 0];
  const lines = names.flatMap((name) => {
    const [was, is] = [old.get(name), now.get(name)];
    if (was === undefined) {
      added += 1;
      return [`+ ${name}`];
    }
    if (is === undefined) {
      removed += 1;
      return [`- ${name}`];
    }
    if (was === is) return [];
    changed += 1;
    return [`~ ${name}: ${describePlaces(listPlaces(JSON.parse(was) as Json, JSON.parse(is) as Json, ''))}`];
  });
  return { added, removed, changed, lines };
}

function indexLines(lines: readonly string[]): Map<string, string> {
  return new Map(
    lines.map((line) => {
      const { kind, metadata } = JSON.parse(line) as { kind: string; metadata: { namespace: string; name: string } };
      return [`${kind} ${metadata.namespace}/${metadata.name}`, line];
    }),
  );
}

function listPlaces(before: Json | undefined, after: Json | undefined, path: string): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (before === undefined) return [`${path} (new)`];
  if (after === undefined) return [`${path} (gone)`];
  if (!isObject(before) || !isObject(after)) return [path];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => listPlaces(before[key], after[key], path === '' ? key : `${path}.${key}`));
}

/** A Secret that was written again with the same content has only another version. */
function describePlaces(places: readonly string[]): string {
  if (places.join() === 'version') return 'written again with the same content';
  const named = places.filter((place) => place !== 'version');
  const more = named.length - namedPlaces;
  return named.slice(0, namedPlaces).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

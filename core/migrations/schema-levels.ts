// Does a version fit the database as other versions of the service leave it? By what each image declares of its own migrations.

/**
 * `level`: where the version's migrations bring the schema; whole numbers that only grow. `compatibleFrom`: the lowest level of a
 * version that still works with that. An expanding version keeps it low; a contracting one raises it to the level that no longer
 * needs what it takes away. A version that declares nothing has level 0 and takes nothing away.
 */
export interface SchemaLevels {
  readonly level: number;
  readonly compatibleFrom: number;
}

export interface VersionLevels extends SchemaLevels {
  readonly version: string;
}

/** The levels that an image declares, or why they cannot be used, in words. Throws when it cannot be asked. */
export type ReadLevels = (image: string, digest: string) => Promise<SchemaLevels | string>;

export const undeclared: SchemaLevels = { level: 0, compatibleFrom: 0 };

/** Why what the first one leaves of the schema is not enough for the second one, in words; undefined when it is. */
export function findConflict(leaves: VersionLevels, needs: VersionLevels): string | undefined {
  if (leaves.compatibleFrom <= needs.level) return undefined;
  return `${leaves.version} leaves a schema for level ${leaves.compatibleFrom} and above, ${needs.version} has level ${needs.level}`;
}

/** The labels' texts, as the levels that they mean; words when they mean none. */
export function parseLevels(level: string | undefined, compatibleFrom: string | undefined): SchemaLevels | string {
  if (level === undefined && compatibleFrom === undefined) return undeclared;
  const [reached, from] = [level, compatibleFrom ?? '0'].map((text) =>
    text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined,
  );
  if (reached === undefined || from === undefined)
    return `its labels say level "${level ?? ''}" and compatible from "${compatibleFrom ?? ''}": whole numbers are needed`;
  return from <= reached
    ? { level: reached, compatibleFrom: from }
    : `its labels say that it does not work with its own schema: level ${reached}, compatible from ${from}`;
}

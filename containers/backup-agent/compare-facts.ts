// Whether a restored database is the one that was backed up: everything that its manifest counted is counted again.
import type { DatabaseFacts } from '../../contracts/backup-manifest.ts';

const hourMilliseconds = 3_600_000;

/** What is wrong, in words; nothing when they agree. */
export function compareFacts(
  manifest: DatabaseFacts & { readonly snapshotAt: string },
  restored: DatabaseFacts,
  { maximumRecordAgeHours }: { readonly maximumRecordAgeHours?: number | undefined } = {},
): string[] {
  const problems: string[] = [];
  const expect = (holds: boolean, words: string): void => {
    if (!holds) problems.push(words);
  };
  expect(manifest.tables.length > 0, 'the schema is empty: the backup has no table at all');
  const rows = new Map(restored.tables.map((table) => [table.name, table.rows]));
  for (const { name, rows: expected } of manifest.tables) {
    const found = rows.get(name);
    if (found === undefined) problems.push(`table ${name} is missing`);
    else if (found !== expected) problems.push(`table ${name} has ${found} rows, the backup counted ${expected}`);
  }
  for (const { name } of restored.tables)
    expect(
      manifest.tables.some((table) => table.name === name),
      `table ${name} is not in the manifest`,
    );
  for (const field of ['schemaVersion', 'newestRecordAt', 'constraints', 'indexes'] as const) {
    const [expected, found] = [manifest[field], restored[field]];
    expect(expected === found, `${field} is ${found ?? 'absent'}, the backup had ${expected ?? 'none'}`);
  }
  if (maximumRecordAgeHours !== undefined) {
    const newest = manifest.newestRecordAt;
    const ageHours =
      newest === undefined ? Infinity : (Date.parse(manifest.snapshotAt) - Date.parse(newest)) / hourMilliseconds;
    expect(
      ageHours <= maximumRecordAgeHours,
      newest === undefined
        ? 'the backup has no record at all whose age could be told'
        : `the backup is stale: its newest record is ${Math.round(ageHours)} h old, allowed are ${maximumRecordAgeHours}`,
    );
  }
  return problems;
}

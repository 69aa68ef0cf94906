// Asks DNS which issuers a name allows.
import { Resolver } from 'node:dns/promises';
import { type CaaRecord, listCaaNames } from '../../core/certificates/judge-caa.ts';

/** Undefined when DNS could not be asked: that is not the certificate's fault, and the next day asks again. */
export type CaaReader = (host: string) => Promise<readonly CaaRecord[] | undefined>;

/** Longer than any name that people use; each label is a question. */
const maximumLabels = 8;
const noRecords = ['ENODATA', 'ENOTFOUND'];

export function createCaaReader(resolve: (name: string) => Promise<readonly object[]> = createResolver()): CaaReader {
  return async (host) => {
    for (const name of listCaaNames(host).slice(0, maximumLabels)) {
      try {
        const records = (await resolve(name)).map(parseRecord);
        if (records.length > 0) return records;
      } catch (error) {
        if (!noRecords.includes(String((error as NodeJS.ErrnoException).code))) return undefined;
      }
    }
    return [];
  };
}

function createResolver(): (name: string) => Promise<readonly object[]> {
  const resolver = new Resolver({ timeout: 1_500, tries: 2 });
  return async (name) => await resolver.resolveCaa(name);
}

/** Node puts the property's name as a key beside `critical`. */
function parseRecord(record: object): CaaRecord {
  const { critical, ...properties } = record as { readonly critical?: number } & Record<string, unknown>;
  const [[property, value] = ['', '']] = Object.entries(properties).filter(([name]) => name !== 'type');
  return { critical: (critical ?? 0) !== 0, property, value: String(value) };
}

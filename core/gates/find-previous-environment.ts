// Where a release comes from before it enters an environment.
import type { Configuration } from '../../config/schema.ts';

/** As `promoteFrom` says, else the one before in the order in which releases travel; undefined for the first. */
export function findPreviousEnvironment({ environments }: Configuration, name: string): string | undefined {
  const names = Object.keys(environments);
  return environments[name]?.promoteFrom ?? names[names.indexOf(name) - 1];
}

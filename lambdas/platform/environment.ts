// Reads the environment variables that the stack gives a function.
import type { EnvironmentVariable } from '../../contracts/functions/function-contract.ts';

/** The named variables. @throws Error naming all that are missing together. */
export function readEnvironment<Name extends EnvironmentVariable>(
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const missing = names.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    throw new Error(
      `environment variables ${missing.join(', ')} are missing: the stack sets what contracts/functions.ts lists`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, process.env[name]])) as Record<Name, string>;
}

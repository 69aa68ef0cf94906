// Whether an earlier version fits the database as later ones have left it, by the schema levels that images declare.
import type { DeployedChange } from '../rollback/deployed-change.ts';
import type { SchemaCheck } from '../rollback/rollback-ports.ts';
import { findConflict, type ReadLevels } from './schema-levels.ts';

/**
 * Whether an earlier version fits what later ones have made of the database. One whose levels cannot be read, or mean nothing, is
 * no reason to stay with what does harm.
 */
export function createSchemaCheck(readLevels: ReadLevels): SchemaCheck {
  const read = async ({ image, digest, version }: DeployedChange) => {
    const levels = await readLevels(image, digest).catch(() => 'not to be had');
    return typeof levels === 'string' ? undefined : { ...levels, version };
  };
  return async (target, later) => {
    const byDigest = new Map(later.map((change) => [change.digest, change]));
    byDigest.delete(target.digest);
    // At once: each is a call or two to the registry, and a rollback waits for them.
    const [own, ...others] = await Promise.all([target, ...byDigest.values()].map(read));
    if (own === undefined) return undefined;
    return others
      .map((other) => (other === undefined ? undefined : findConflict(other, own)))
      .find((conflict) => conflict !== undefined);
  };
}

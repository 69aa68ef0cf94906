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
    const own = await read(target);
    if (own === undefined) return undefined;
    const byDigest = new Map(later.map((change) => [change.digest, change]));
    byDigest.delete(target.digest);
    const others = (await Promise.all([...byDigest.values()].map(read))).filter((other) => other !== undefined);
    return others.map((other) => findConflict(other, own)).find((conflict) => conflict !== undefined);
  };
}

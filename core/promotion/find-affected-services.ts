// Which services does a change of files concern?
import type { Configuration } from '../../config/schema.ts';
import { matchPath } from './match-path.ts';

/** Names of the services that are built from `repository` (its name without owner), in the configuration's order. */
export function findServicesOfRepository(services: Configuration['services'], repository: string): string[] {
  return Object.entries(services)
    .filter(([, service]) => service.repository === repository)
    .map(([name]) => name);
}

/** Names of the services of `repository` with a path that matches one of `files`, in the configuration's order. */
export function findAffectedServices(
  services: Configuration['services'],
  repository: string,
  files: readonly string[],
): string[] {
  return findServicesOfRepository(services, repository).filter((name) =>
    services[name]?.paths.some((glob) => files.some((file) => matchPath(glob, file))),
  );
}

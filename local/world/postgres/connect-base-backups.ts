// Which database of this world stands behind a Cluster of CloudNativePG.
import type { Configuration } from '../../../config/schema.ts';
import type { BaseBackups } from '../kubernetes/cloudnative-pg/backup-controller.ts';
import type { Databases } from './start-databases.ts';

/** Of the simulated Kubernetes cluster of that name. */
export function connectBaseBackups(
  { databases: configured, environments }: Pick<Configuration, 'databases' | 'environments'>,
  databases: Databases,
  cluster: string,
): BaseBackups {
  return {
    find(namespace, server) {
      const placed = databases.list().find(({ environment, name, site }) => {
        const place = environments[environment];
        const { archive } = configured[name]?.environments[environment] ?? {};
        return (
          site === 'primary' &&
          place?.cluster === cluster &&
          place.namespace === namespace &&
          archive?.server === server
        );
      });
      const archive = placed?.database.runningArchive();
      return archive && (() => archive.backUp());
    },
    onStart: (listener) => databases.onStart(listener),
  };
}

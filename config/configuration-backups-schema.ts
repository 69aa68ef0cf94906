// How the configuration of the clusters is backed up.
import { z } from 'zod';
import { name } from './values.ts';

export const configurationBackupsSchema = z.strictObject({
  /** Namespaces by environment beside its own. */
  additionalNamespaces: z.record(z.string(), z.array(name)).default({}),
  /** Where the Sealed Secrets controller keeps its keys; undefined when there is none. */
  sealingKeysNamespace: name.optional(),
});

// Every AWS service that the runtime emulates: the one table of modules.
import type { CreateServiceModule } from './context.ts';

/** In the order in which services are built; they find each other through the context, never by import. */
export const SERVICE_MODULES: readonly CreateServiceModule[] = [];

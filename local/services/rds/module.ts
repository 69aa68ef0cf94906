// Amazon RDS and Aurora: snapshots and the databases around them, with the states and the time that theirs take. They hold no rows.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { createDatabaseOperations } from './database-operations.ts';
import { DatabaseTable } from './database-table.ts';
import { SnapshotEvents } from './snapshot-events.ts';
import { createSnapshotOperations } from './snapshot-operations.ts';
import { SnapshotTable } from './snapshot-table.ts';
import { createTagOperations } from './tag-operations.ts';

export const createRdsModule: CreateServiceModule = (context) => {
  const databases = new DatabaseTable(context.store);
  const snapshots = new SnapshotTable(context.store);
  const events = new SnapshotEvents(context, snapshots);
  return {
    services: [
      {
        id: 'rds',
        signingName: 'rds',
        loadSdk: () => import('@aws-sdk/client-rds'),
        operations: {
          ...createSnapshotOperations({ context, databases, snapshots, events }),
          ...createDatabaseOperations(context, databases, snapshots),
          ...createTagOperations(context, databases, snapshots),
        },
        start: async () => events.start(),
        stop: async () => events.stop(),
      },
    ],
    providers: [],
  };
};

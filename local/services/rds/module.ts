// Amazon RDS and Aurora: snapshots and the databases around them, with the states and the time that theirs take. They hold no rows.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { createCreateOperation } from './create-operation.ts';
import { DatabaseTable } from './database-table.ts';
import { createDeleteOperations } from './delete-operations.ts';
import { createDescribeOperations } from './describe-operations.ts';
import { createModifyOperations } from './modify-operations.ts';
import { createOperationContext } from './operation-context.ts';
import { createRestoreOperations } from './restore-operations.ts';
import { SnapshotEvents } from './snapshot-events.ts';
import { createSnapshotOperations } from './snapshot-operations.ts';
import { SnapshotTable } from './snapshot-table.ts';
import { createTagOperations } from './tag-operations.ts';

export const createRdsModule: CreateServiceModule = (context) => {
  const databases = new DatabaseTable(context.store);
  const snapshots = new SnapshotTable(context.store);
  const events = new SnapshotEvents(context, snapshots);
  const rds = createOperationContext(context, databases, snapshots);
  return {
    services: [
      {
        id: 'rds',
        signingName: 'rds',
        loadSdk: () => import('@aws-sdk/client-rds'),
        operations: {
          ...createSnapshotOperations({ context, databases, snapshots, events }),
          ...createDescribeOperations(rds),
          ...createRestoreOperations(rds),
          ...createCreateOperation(rds),
          ...createModifyOperations(rds),
          ...createDeleteOperations(rds),
          ...createTagOperations(context, databases, snapshots),
        },
        start: async () => events.start(),
        stop: async () => events.stop(),
      },
    ],
    providers: [],
  };
};

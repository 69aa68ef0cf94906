// CloudNativePG as far as base backups go: what a schedule or a person asks for is taken of the running server.
import type { ControllerContext } from '../controllers/controller.ts';
import { type BaseBackups, startBackupController } from './backup-controller.ts';
import { startScheduledBackupController } from './scheduled-backup-controller.ts';

/** Runs until the cluster stops. */
export function startCloudNativePg(context: ControllerContext, baseBackups: BaseBackups): void {
  startScheduledBackupController(context);
  startBackupController(context, baseBackups);
}

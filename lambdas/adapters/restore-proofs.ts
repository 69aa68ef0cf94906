// What the gate `restore-proven` asks: what runs, what changed since, and when a restore was proven.
import { backupKeys, lastVerifiedRecord } from '../../contracts/ledger/backups.ts';
import { currentRecord } from '../../contracts/ledger/deployments.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { RestoreProofs } from '../../core/gates/restore-proven.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';
import type { GitHubClient } from './github-client.ts';
import { createGitHubSourceRepository } from './github-source-repository.ts';

export function createRestoreProofs(ledger: DynamoLedger, gitHub: GitHubClient): RestoreProofs {
  const source = createGitHubSourceRepository(gitHub);
  return {
    findCurrentCommit: async (environment, service) =>
      (await ledger.find(currentRecord, ledgerKey.current(environment, service)))?.commit,
    findChangedFiles: (repository, base, head) => source.findChangedFiles(repository, base, head),
    findVerifiedAt: async (environment, database) =>
      (await ledger.find(lastVerifiedRecord, backupKeys.lastVerified(environment, database)))?.verifiedAt,
  };
}

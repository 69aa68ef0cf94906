// An account with the roles and policies that a test asks about.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import { createVirtualClock } from '../../../local/clock/virtual-clock.ts';
import { Identity } from '../../../local/identity/identity.ts';
import { type Role, roleDirectoryOf } from '../../../local/identity/role-directory.ts';
import type { AuthorizationDecision } from '../../../local/runtime/authorizer.ts';
import type { Permission, PolicyDocument, PolicyStatement, Principal } from '../../../local/runtime/service.ts';
import { openJournalStore } from '../../../local/storage/journal-store.ts';
import type { Store } from '../../../local/storage/store.ts';

export const accountId = '111122223333';
export const roleArn = `arn:aws:iam::${accountId}:role/worker`;

export function buildPolicy(...statements: PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

export function buildRole(overrides: Partial<Role> = {}): Role {
  return {
    name: 'worker',
    arn: roleArn,
    id: 'AROAWORKER',
    trustPolicy: buildPolicy(),
    inlinePolicies: {},
    managedPolicyArns: [],
    boundaryArn: undefined,
    tags: {},
    ...overrides,
  };
}

const openStores: Store[] = [];
afterEach(async () => {
  await Promise.all(openStores.splice(0).map((store) => store.close()));
});

export interface Account {
  readonly identity: Identity;
  readonly store: Store;
  readonly directory: ReturnType<typeof roleDirectoryOf>;
  readonly worker: Principal;
  ask(
    permission: Permission,
    options?: { principal?: Principal; resourcePolicy?: PolicyDocument },
  ): AuthorizationDecision;
}

export async function openAccount(folder = mkdtempSync(join(tmpdir(), 'identity-'))): Promise<Account> {
  const store = await openJournalStore(folder);
  openStores.push(store);
  const identity = new Identity({ store, clock: createVirtualClock({ standsStill: true }), accountId });
  const worker = identity.resolve(identity.credentialsFor(roleArn, 'session').accessKeyId);
  return {
    identity,
    store,
    directory: roleDirectoryOf(store),
    worker,
    ask: (permission, { principal = worker, resourcePolicy } = {}) =>
      identity.authorize({
        principal,
        permissions: [permission],
        region: 'eu-west-1',
        resourcePolicy: () => resourcePolicy,
      }),
  };
}

// What became of a promotion, asked of the ledger, of Step Functions and of the GitOps repository.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type CurrentRecord, currentRecord } from '../../contracts/ledger/deployments.ts';
import { type PromotionRecord, promotionRecord } from '../../contracts/ledger/promotions.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { readLedgerItem } from '../../tour/read-ledger-item.ts';
import { letTimePass, type TestSystem } from './start-test-system.ts';

export interface EndedPromotion {
  readonly record: PromotionRecord;
  readonly executionStatus: string;
}

/** Waits for the end of the promotion that the delivery with this id causes: its record and then its execution. */
export async function waitForPromotion(system: TestSystem, promotionId: string): Promise<EndedPromotion> {
  const record = await letTimePass(system, `the end of promotion ${promotionId}`, () =>
    readLedgerItem(system, ledgerKey.promotion(promotionId), promotionRecord),
  );
  const executionStatus = await waitForExecution(system, record.executionArn);
  return { record, executionStatus };
}

/** Waits until the execution has ended and nothing more is under way; returns how it ended. */
export async function waitForExecution(system: TestSystem, executionArn: string): Promise<string> {
  const status = await letTimePass(system, `the end of ${executionArn}`, async () => {
    const execution = await system.call<{ status: string }>('sfn', 'DescribeExecution', { executionArn });
    return execution.status === 'RUNNING' ? undefined : execution.status;
  });
  // Notifications and the audit follow the last event.
  await system.runtime.context.clock.advance(2_000);
  return status;
}

export async function startPromotion(system: TestSystem, request: object): Promise<string> {
  const { executionArn } = await system.call<{ executionArn: string }>('sfn', 'StartExecution', {
    stateMachineArn: system.deployment.workflowArns['promote-release'],
    input: JSON.stringify({ request }),
  });
  return executionArn;
}

/** A person's answer to a request for approval, as the command line gives it. */
export async function decideApproval(system: TestSystem, decision: object): Promise<object> {
  const { Payload } = await system.call<{ Payload: Uint8Array }>('lambda', 'Invoke', {
    FunctionName: `${system.configuration.application}-decide-approval`,
    Payload: Buffer.from(JSON.stringify(decision)),
  });
  return JSON.parse(Buffer.from(Payload).toString()) as object;
}

/** The id of a promotion that a person started: the execution's name. */
export function promotionIdOf(executionArn: string): string {
  return executionArn.split(':').at(-1) ?? '';
}

export async function listExecutions(system: TestSystem): Promise<{ executionArn: string; status: string }[]> {
  const { executions } = await system.call<{ executions: { executionArn: string; status: string }[] }>(
    'sfn',
    'ListExecutions',
    { stateMachineArn: system.deployment.workflowArns['promote-release'], maxResults: 1000 },
  );
  return executions;
}

export async function findCurrent(
  system: TestSystem,
  environment: string,
  service: string,
): Promise<CurrentRecord | undefined> {
  return await readLedgerItem(system, ledgerKey.current(environment, service), currentRecord);
}

export interface GitOpsCommit {
  readonly revision: string;
  readonly message: string;
  /** Paths that it changes. */
  readonly files: readonly string[];
}

/** Commits of the GitOps repository after the first one, oldest first, as git itself tells them. */
export function listGitOpsCommits(system: TestSystem): GitOpsCommit[] {
  const log = git(system, 'log', '--reverse', '--format=%x01%H%x00%B%x00', '--name-only', branchOf(system));
  return log
    .split('\x01')
    .slice(2)
    .map((entry) => {
      const [revision = '', message = '', files = ''] = entry.split('\0');
      return { revision, message, files: files.trim().split('\n') };
    });
}

/** The images that an overlay names at a revision: by name the digest, or the tag where there is none. */
export function readImages(
  system: TestSystem,
  environment: string,
  revision = branchOf(system),
): Record<string, string> {
  const path = `${system.configuration.environments[environment]?.overlayPath}/kustomization.yaml`;
  const { images } = parse(git(system, 'show', `${revision}:${path}`)) as {
    images: { name: string; digest?: string; newTag?: string }[];
  };
  return Object.fromEntries(images.map(({ name, digest, newTag }) => [name, digest ?? newTag ?? '']));
}

function branchOf(system: TestSystem): string {
  return system.configuration.github.gitops.branch;
}

function git(system: TestSystem, ...args: string[]): string {
  const { owner, gitops } = system.configuration.github;
  const directory = join(system.stateDirectory, 'world', 'github', 'repositories', owner, `${gitops.repository}.git`);
  return execFileSync('git', ['--git-dir', directory, ...args], { encoding: 'utf8' });
}

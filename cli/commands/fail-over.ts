// `automation recovery fail-over` and `fail-back`: what they would do, and in which region each environment runs.
import type * as z from 'zod/mini';
import { type FailOverRecord, failOverRecord, type Site } from '../../contracts/ledger/fail-overs.ts';
import { type SiteRecord, siteRecord } from '../../contracts/ledger/sites.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import { type FailOverRequest, planFailOverTask } from '../../contracts/workflows/fail-over.ts';
import type { Connection } from '../connection.ts';
import { invokeFunction } from '../invoke-function.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { printable, renderTable } from '../output.ts';
import { renderStatus } from '../render-status.ts';

export interface FailOverOptions {
  readonly env: string;
  readonly plan: boolean;
  readonly planHash?: string;
  readonly reason: string;
  readonly actor: string;
  readonly wait: boolean;
}

export type FailOverDecision = z.infer<typeof planFailOverTask.output>;

export function buildFailOverRequest(
  to: Site,
  { env: environment, planHash, reason, actor }: FailOverOptions,
): FailOverRequest {
  return { environment, to, ...(planHash === undefined ? {} : { planHash }), reason, actor };
}

/** As the workflow's own planning step sees it. Changes nothing. */
export async function planFailOver(
  connection: Connection,
  application: string,
  request: FailOverRequest,
): Promise<FailOverDecision> {
  const input = { request, startedAt: new Date().toISOString() };
  return await invokeFunction(connection, `${application}-plan-fail-over`, input, planFailOverTask.output);
}

export function renderFailOverPlan({
  outcome,
  reason,
  plan,
  planHash,
  lags,
  approvalTimeoutSeconds,
}: FailOverDecision): string {
  const head = `${renderStatus(outcome)}: ${printable(reason)}`;
  if (plan === undefined) return head;
  return [
    head,
    ...plan.steps.map((step, index) => `  ${index + 1}. ${printable(step)}`),
    `  lost: ${printable(plan.loss)}`,
    ...lags.map((words) => `  behind: ${printable(words)}`),
    `  approval: within ${Math.round(approvalTimeoutSeconds / 60)} min`,
    `  plan hash: ${planHash}`,
  ].join('\n');
}

export interface Sites {
  readonly sites: readonly SiteRecord[];
  /** Newest last. */
  readonly moves: readonly FailOverRecord[];
  /** Where the recovery region takes what people press in Slack, and the name that leads there when the primary one does not answer. */
  readonly api: { readonly url: string; readonly domain?: string | undefined };
}

export async function showSites(connection: Connection): Promise<Sites> {
  const ledger = createLedgerReader(connection);
  const environments = connection.deployment.environments ?? [];
  const found = await Promise.all(environments.map((each) => ledger.find(ledgerKey.site(each), siteRecord)));
  const moves = await ledger.listByKind(ledgerKind.failOver, failOverRecord);
  const { apiUrl: url, apiDomain: domain } = connection.deployment;
  return { sites: found.filter((site) => site !== undefined), moves, api: { url, domain } };
}

export function renderSites({ sites, moves, api }: Sites): string {
  const name =
    api.domain === undefined
      ? 'no name fails over to it: see api.domain of the configuration'
      : `${api.domain} fails over to it`;
  const address = `the API of the recovery region: ${api.url} (${name})`;
  if (sites.length === 0 && moves.length === 0)
    return `every environment runs in the primary region; none has ever moved\n${address}`;
  const where = sites.map(({ environment, site, since, movedBy }) => [
    environment,
    site,
    since,
    movedBy === undefined ? '' : `is being moved by ${movedBy}`,
  ]);
  const how = moves.map(({ failOverId, status, actor, reason }) => [
    failOverId,
    renderStatus(status),
    printable(actor),
    printable(reason),
  ]);
  return [
    renderTable(['ENVIRONMENT', 'REGION', 'SINCE', ''], where),
    ...(how.length === 0 ? [] : ['', renderTable(['MOVE', 'STATUS', 'BY', 'HOW'], how)]),
    '',
    address,
  ].join('\n');
}

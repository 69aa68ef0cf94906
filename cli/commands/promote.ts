// `automation promote`: starts promote-release by hand, or with --plan shows what it would do and does nothing.
import { releaseRecord } from '../../contracts/ledger/releases.ts';
import { ledgerKind } from '../../contracts/ledger.ts';
import type { ChangePreview } from '../../contracts/workflows/gate-verdicts.ts';
import { type PromotionRequest, promotionRequestSchema } from '../../contracts/workflows/promote-release.ts';
import type { Connection } from '../connection.ts';
import { createLedgerReader, type LedgerReader } from '../ledger-reader.ts';
import { CommandFailure, exitCodes } from '../output.ts';
import { runWorkflow, type StartedExecution } from '../run-workflow.ts';
import { previewChange } from './preview-change.ts';

export interface PromoteOptions {
  readonly application: string;
  readonly service: string;
  /** The newest release of the service when absent. */
  readonly version?: string | undefined;
  readonly to: string;
  readonly reason: string;
  readonly actor: string;
  /** The plan that was seen: the workflow refuses when the world has moved since. */
  readonly planHash?: string | undefined;
}

/** What would change, as the workflow's own steps see it. Changes nothing. */
export async function planPromotion(
  connection: Connection,
  options: PromoteOptions,
  now: string,
): Promise<ChangePreview> {
  const request = await buildRequest(createLedgerReader(connection), options);
  return await previewChange(connection, options.application, { request }, now);
}

/** Starts the workflow; with `wait` it returns when the execution has ended. */
export async function promote(
  connection: Connection,
  options: PromoteOptions & { readonly wait: boolean },
): Promise<StartedExecution> {
  const request = await buildRequest(createLedgerReader(connection), options);
  return await runWorkflow(connection, 'promote-release', { request }, options.wait);
}

async function buildRequest(ledger: LedgerReader, options: PromoteOptions): Promise<PromotionRequest> {
  const version = options.version ?? (await findNewestVersion(ledger, options.service));
  const { to: environment, service, actor, reason, planHash } = options;
  const parsed = promotionRequestSchema.safeParse({
    services: [service],
    version,
    environment,
    actor,
    reason,
    planHash,
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new CommandFailure(`the request is not valid: ${problems.join('; ')}`, exitCodes.usage);
}

async function findNewestVersion(ledger: LedgerReader, service: string): Promise<string> {
  const [newest] = await ledger.listByKind(ledgerKind.release(service), releaseRecord, { limit: 1, newestFirst: true });
  if (newest !== undefined) return newest.version;
  throw new CommandFailure(
    `no release of ${service} is recorded yet: give --version with the image tag or commit`,
    exitCodes.notFound,
  );
}

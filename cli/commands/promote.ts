// `automation promote`: starts promote-release by hand, or with --plan shows what it would do and does nothing.
import { currentRecord } from '../../contracts/ledger/deployments.ts';
import { releaseRecord } from '../../contracts/ledger/releases.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import {
  type PromotionRequest,
  planPromotionTask,
  promotionRequestSchema,
} from '../../contracts/workflows/promote-release.ts';
import type { Connection } from '../connection.ts';
import { invokeFunction } from '../invoke-function.ts';
import { createLedgerReader, type LedgerReader } from '../ledger-reader.ts';
import { CommandFailure, exitCodes, printable, renderTable } from '../output.ts';
import { runWorkflow, type StartedExecution } from '../run-workflow.ts';

export interface PromoteOptions {
  readonly application: string;
  readonly service: string;
  /** The newest release of the service when absent. */
  readonly version?: string | undefined;
  readonly to: string;
  readonly reason: string;
  readonly actor: string;
}

export interface PromotionPlan {
  readonly outcome: 'promote' | 'nothing' | 'refused';
  readonly reason: string;
  readonly changes: readonly {
    readonly environment: string;
    readonly service: string;
    readonly from: string | undefined;
    readonly to: string;
    readonly digest: string | undefined;
  }[];
}

/** What would change, as the workflow's own planning step sees it. Changes nothing. */
export async function planPromotion(connection: Connection, options: PromoteOptions): Promise<PromotionPlan> {
  const ledger = createLedgerReader(connection);
  const request = await buildRequest(ledger, options);
  const now = new Date().toISOString();
  const { outcome, reason, promotion } = await invokeFunction(
    connection,
    `${options.application}-plan-promotion`,
    { request, promotionId: 'plan', executionArn: 'plan', startedAt: now },
    planPromotionTask.output,
  );
  const changes = await Promise.all(
    promotion.services.map(async ({ name, version }) => {
      const [current, release] = await Promise.all([
        ledger.find(ledgerKey.current(promotion.environment, name), currentRecord),
        ledger.find(ledgerKey.release(name, version), releaseRecord),
      ]);
      return {
        environment: promotion.environment,
        service: name,
        from: current?.version,
        to: version,
        digest: release?.digest,
      };
    }),
  );
  return { outcome, reason, changes };
}

/** Starts the workflow; with `wait` it returns when the execution has ended. */
export async function promote(
  connection: Connection,
  options: PromoteOptions & { readonly wait: boolean },
): Promise<StartedExecution> {
  const request = await buildRequest(createLedgerReader(connection), options);
  return await runWorkflow(connection, 'promote-release', { request }, options.wait);
}

export function renderPlan({ outcome, reason, changes }: PromotionPlan): string {
  const rows = changes.map(({ environment, service, from, to, digest }) => [
    environment,
    service,
    from ?? '(nothing)',
    to,
    digest ?? '(found when the build has ended)',
  ]);
  return `${outcome}: ${printable(reason)}\n${rows.length === 0 ? '' : renderTable(['ENVIRONMENT', 'SERVICE', 'FROM', 'TO', 'DIGEST'], rows)}`;
}

async function buildRequest(ledger: LedgerReader, options: PromoteOptions): Promise<PromotionRequest> {
  const version = options.version ?? (await findNewestVersion(ledger, options.service));
  const { to: environment, service, actor, reason } = options;
  const parsed = promotionRequestSchema.safeParse({ services: [service], version, environment, actor, reason });
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

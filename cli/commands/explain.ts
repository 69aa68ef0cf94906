// `automation explain <event|release|execution>`: the chain of causes, and each decision on the way, in words.
import colors from 'picocolors';
import { type DecisionRecord, decisionRecord } from '../../contracts/ledger/decisions.ts';
import { type EventRecord, eventRecord } from '../../contracts/ledger/events.ts';
import { type PromotionRecord, promotionRecord } from '../../contracts/ledger/promotions.ts';
import { releaseRecord } from '../../contracts/ledger/releases.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { Connection } from '../connection.ts';
import { createLedgerReader, type LedgerReader } from '../ledger-reader.ts';
import { CommandFailure, exitCodes, printable } from '../output.ts';
import { renderStatus } from '../render-status.ts';
import { listExecutions } from './list-executions.ts';

export interface Explanation {
  readonly correlationId: string;
  /** Everything of the chain, in the order in which it happened. */
  readonly events: readonly EventRecord[];
  readonly decisions: readonly DecisionRecord[];
  readonly promotions: readonly PromotionRecord[];
}

/**
 * Takes an event id, an execution (name or ARN), or a release as `<service>@<version>`.
 * @throws CommandFailure saying what it looked for when there is no such thing.
 */
export async function explain(connection: Connection, subject: string): Promise<Explanation> {
  const ledger = createLedgerReader(connection);
  const correlationId = await findCorrelation(connection, ledger, subject);
  const [events, decisions, promotions] = await Promise.all([
    ledger.listByCorrelation(correlationId, eventRecord),
    ledger.listByCorrelation(correlationId, decisionRecord),
    ledger.listByCorrelation(correlationId, promotionRecord),
  ]);
  return { correlationId, events: sortByTime(events), decisions: sortByTime(decisions), promotions };
}

export function renderExplanation({ correlationId, events, decisions, promotions }: Explanation): string {
  const depths = computeDepths(events);
  const steps = [
    ...events.map((event) => ({
      at: event.occurredAt,
      depth: depths.get(event.eventId) ?? 0,
      text: `${colors.bold(event.detailType)} ${printable(event.summary)} ${colors.dim(`(${event.source}, by ${printable(event.actor)})`)}`,
    })),
    ...decisions.map((decision) => ({
      at: decision.occurredAt,
      depth: (depths.get(decision.causationId) ?? 0) + 1,
      text: `${renderStatus(decision.outcome)} by ${decision.rule}: ${printable(decision.words)}`,
    })),
  ].sort((a, b) => a.at.localeCompare(b.at));
  const lines = steps.map(
    ({ at, depth, text }) => `${colors.dim(at)} ${'  '.repeat(depth)}${depth === 0 ? '' : '└ '}${text}`,
  );
  const ends = promotions.map(
    ({ outcome, environment, reason, revision }) =>
      `${renderStatus(outcome)} in ${environment}: ${printable(reason)}${revision === undefined ? '' : ` (GitOps commit ${revision.slice(0, 7)})`}`,
  );
  return [`because of ${printable(correlationId)}`, ...lines, ...ends].join('\n');
}

async function findCorrelation(connection: Connection, ledger: LedgerReader, subject: string): Promise<string> {
  const decision = await ledger.find(ledgerKey.decision(subject, 'rollback-release'), decisionRecord);
  if (decision !== undefined) return decision.correlationId;
  const event = await ledger.find(ledgerKey.event(subject), eventRecord);
  if (event !== undefined) return event.correlationId;
  const promotion = await ledger.find(ledgerKey.promotion(subject), promotionRecord);
  if (promotion !== undefined) return promotion.correlationId;
  const [, service, version] = /^([a-z0-9-]+)@(.+)$/.exec(subject) ?? [];
  if (service !== undefined && version !== undefined) {
    const releases = await ledger.listPartition(ledgerKey.release(service, version).pk, releaseRecord);
    const release = releases.find((each) => each.version === version || each.commit.startsWith(version));
    if (release !== undefined) return release.correlationId;
  }
  const correlation = await findByExecution(connection, ledger, subject);
  if (correlation !== undefined) return correlation;
  throw new CommandFailure(
    `nothing is known of ${subject}: give an event id (\`automation events\`), an execution (\`automation executions\`) or a release as service@version`,
    exitCodes.notFound,
  );
}

/** An execution's input says which event started it; one that a person started is its own beginning. */
async function findByExecution(
  connection: Connection,
  ledger: LedgerReader,
  subject: string,
): Promise<string | undefined> {
  const executions = await listExecutions(connection, { limit: 1000 });
  const execution = executions.find(({ name, arn }) => arn === subject || name === subject || name.startsWith(subject));
  if (execution === undefined) return undefined;
  const { DescribeExecutionCommand } = await import('@aws-sdk/client-sfn');
  const { input } = await connection.stepFunctions.send(new DescribeExecutionCommand({ executionArn: execution.arn }));
  const cause = JSON.parse(input ?? '{}') as { detail?: { metadata?: { eventId?: string; correlationId?: string } } };
  const rollbackId = cause.detail?.metadata?.eventId ?? execution.name;
  const decision = await ledger.find(ledgerKey.decision(rollbackId, 'rollback-release'), decisionRecord);
  if (decision !== undefined) return decision.correlationId;
  const fromEvent = cause.detail?.metadata?.correlationId;
  if (fromEvent !== undefined) return fromEvent;
  return (await ledger.find(ledgerKey.promotion(execution.name), promotionRecord))?.correlationId;
}

function sortByTime<T extends { readonly occurredAt: string }>(records: readonly T[]): T[] {
  return [...records].sort((a, b) => a.occurredAt.localeCompare(b.occurredAt));
}

/** How many causes an event has before it, as far as they are known. */
function computeDepths(events: readonly EventRecord[]): Map<string, number> {
  const causes = new Map(events.map(({ eventId, causationId }) => [eventId, causationId]));
  const depthOf = (eventId: string): number => {
    const seen = new Set<string>();
    let depth = 0;
    for (
      let cause = causes.get(eventId);
      cause !== undefined && causes.has(cause) && !seen.has(cause);
      cause = causes.get(cause)
    ) {
      seen.add(cause);
      depth += 1;
    }
    return depth;
  };
  return new Map(events.map(({ eventId }) => [eventId, depthOf(eventId)]));
}

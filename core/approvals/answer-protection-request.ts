// May a job of GitHub Actions deploy to an environment of ours? The gates answer that can be asked without a plan: those of what happens there.
import type { Configuration } from '../../config/schema.ts';
import type { Metadata } from '../../contracts/events/metadata.ts';
import { buildDecisionRecord, type DecisionRecord } from '../../contracts/ledger/decisions.ts';
import type { GateVerdict } from '../gates/gate.ts';
import type { ProtectionRequest } from './read-protection-request.ts';

export interface ProtectionAnswer {
  readonly state: 'approved' | 'rejected';
  /** For the person who looks at the run. */
  readonly comment: string;
}

export interface ProtectionPorts {
  /** Why a service must not change in an environment now; what cannot be told is among it. */
  readHolds(asked: { readonly environment: string; readonly service: string }): Promise<readonly GateVerdict[]>;
  record(decision: DecisionRecord): Promise<void>;
  /** False where the run no longer waits. */
  answer(request: ProtectionRequest, answer: ProtectionAnswer): Promise<boolean>;
}

/**
 * What is unknown to the configuration is rejected: nothing would ever be asked for it. What is answered stands in the ledger before
 * GitHub hears of it; an answer of GitHub is final, so that only a new run of the job asks again.
 */
export async function answerProtectionRequest(
  { environments, services }: Pick<Configuration, 'environments' | 'services'>,
  ports: ProtectionPorts,
  request: ProtectionRequest,
  cause: Pick<Metadata, 'eventId' | 'correlationId' | 'occurredAt'>,
): Promise<ProtectionAnswer & { readonly isTaken: boolean }> {
  const answer = await decide();
  const { repository, runId, environment: asked } = request;
  await ports.record(
    buildDecisionRecord('deployment-protection', {
      promotionId: `${repository}/runs/${runId}/${asked.toLowerCase()}`,
      ...{ rule: 'deployment-protection', outcome: answer.state === 'approved' ? 'acted' : 'refused' },
      ...{ words: answer.comment, inputs: { repository, runId, environment: asked }, occurredAt: cause.occurredAt },
      ...{ correlationId: cause.correlationId, causationId: cause.eventId },
    }),
  );
  return { ...answer, isTaken: await ports.answer(request, answer) };

  async function decide(): Promise<ProtectionAnswer> {
    const names = Object.keys(environments);
    const environment = names.find((name) => name.toLowerCase() === request.environment.toLowerCase());
    if (environment === undefined)
      return reject(`${request.environment} is no environment of ours: ${names.join(', ')}`);
    const repository = request.repository.split('/')[1];
    const own = Object.entries(services).filter(([, service]) => service.repository === repository);
    if (own.length === 0) return reject(`no service of ours comes from ${request.repository}`);
    const holds = await Promise.all(
      own.map(async ([service]) =>
        (await ports.readHolds({ environment, service })).map((hold) => describe(service, hold)),
      ),
    );
    const words = [...new Set(holds.flat())];
    if (words.length > 0) return reject(`${words.join('; ')}. Run the job again when that is over`);
    return {
      state: 'approved',
      comment: `nothing holds up ${own.map(([service]) => service).join(', ')} in ${environment}`,
    };
  }
}

function reject(comment: string): ProtectionAnswer {
  return { state: 'rejected', comment };
}

function describe(service: string, hold: GateVerdict): string {
  if (hold.verdict === 'cannot-tell') return `${service}: cannot tell ${hold.reason}`;
  const opening = hold.verdict === 'closed' && hold.nextOpen !== undefined ? ` (until ${hold.nextOpen})` : '';
  return `${hold.reason}${opening}`;
}

// Tells a job of GitHub Actions whether it may deploy to an environment of ours (GitHub's custom deployment protection rules).

import type { DecisionRecord } from '../../contracts/ledger/decisions.ts';
import { causingEventSchema } from '../../contracts/workflows/promote-release.ts';
import { answerProtectionRequest } from '../../core/approvals/answer-protection-request.ts';
import { findProtectionRequest } from '../../core/approvals/read-protection-request.ts';
import { formatTime } from '../../core/clock.ts';
import { readHolds } from '../../core/gates/read-holds.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoGateLedger } from '../adapters/dynamo-gate-ledger.ts';
import { createProtectionAnswers } from '../adapters/github-protection-answers.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineEventHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { logger } from '../platform/logger.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const gates = createDynamoGateLedger(ledger);
const ports = {
  readHolds: async (asked: { environment: string; service: string }) =>
    await readHolds(configuration, gates, { ...asked, now: formatTime(systemClock.now()) }),
  async record(decision: DecisionRecord) {
    await ledger.put(decision);
  },
  answer: createProtectionAnswers(connectGitHub(environment).client),
};

/** A fault leaves the job waiting, and is tried again: it never lets anything pass. */
export const handler = defineEventHandler({
  input: causingEventSchema,
  async handle({ detail }) {
    const request = findProtectionRequest(detail.payload);
    if (request === undefined) return { isTaken: false, comment: 'asks nothing of us' };
    const answer = await answerProtectionRequest(configuration, ports, request, detail.metadata);
    logger.info('a deployment job was answered', { ...request, ...answer });
    return answer;
  },
});

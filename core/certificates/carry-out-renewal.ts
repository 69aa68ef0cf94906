// How far a renewal is, and how it is settled.
import type { z } from 'zod/mini';
import type { CertificateProblem } from '../../contracts/certificates.ts';
import type { followRenewalTask, RenewalEnd, RenewalProgress } from '../../contracts/workflows/renew-certificate.ts';
import { findErrorMessage } from '../find-error-message.ts';
import { judgeIssuance, judgeServing } from './follow-renewal.ts';
import { getEndpoint } from './plan-renewal.ts';
import { publishRenewal, type RenewalMemory, type RenewalView, readServed } from './renewal-parts.ts';
import { buildRenewalRecords } from './settle-renewal.ts';

/** Looks once, at the issuance or at what is served. */
export async function followRenewal(
  { settings, sources, issuance }: RenewalView,
  { renewal, phase, ...times }: z.output<typeof followRenewalTask.input>,
): Promise<RenewalProgress> {
  const endpoint = getEndpoint(settings, renewal.name);
  const secret = (await sources.findInCluster(endpoint))?.secret ?? missingSecret;
  if (phase === 'issue') return judgeIssuance(renewal, await issuance.read(endpoint), secret, times);
  const served = await readServed(sources, endpoint);
  return judgeServing(renewal, secret, served, times);
}

const missingSecret: CertificateProblem = { kind: 'secret-unreadable', words: 'nothing in a cluster holds it' };

/** Repeatable: what is written twice is the same. */
export async function settleRenewal(parts: RenewalMemory, ended: RenewalEnd): Promise<{ readonly reason: string }> {
  const end = { ...ended, reason: describeReason(ended.reason) };
  const { renewal, outcome, reason, finishedAt, obstacle, retryAt } = end;
  const previous = await parts.store.find(renewal.name);
  const { state, record } = buildRenewalRecords(end, {
    previous,
    backOffHours: parts.settings.renewal.backOffHours,
    historyDays: parts.historyDays,
  });
  await parts.store.settle(state, renewal.executionArn, record);
  const type = outcome === 'succeeded' ? 'CertificateRenewed' : 'CertificateRenewalFailed';
  await publishRenewal(parts, type, renewal, { occurredAt: finishedAt, reason, obstacle, retryAt });
  return { reason };
}

/** What a step said, or in its own words why a function of ours threw: as the workflow caught it, `<error>: <JSON>`. */
function describeReason(reason: string): string {
  const [, error, cause] = /^([\w.]+): (\{.*)$/s.exec(reason) ?? [];
  const message = findErrorMessage(cause);
  return message === undefined ? reason : `${message} (${error})`;
}

// `automation certificates …`: how the certificates are, how one was found over time, and a check at once.
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import {
  type CertificateCheckRecord,
  type CertificateRecord,
  certificateCheckRecord,
  certificateRecord,
} from '../../contracts/ledger/certificates.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { CertificateCheckRequest } from '../../contracts/workflows/check-certificates.ts';
import type { Connection } from '../connection.ts';
import { describeCause } from '../describe-cause.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { CommandFailure, exitCodes, printable, renderTable } from '../output.ts';
import { renderStatus } from '../render-status.ts';

export interface CertificateHistory {
  readonly current: CertificateRecord;
  /** Newest first. */
  readonly checks: readonly CertificateCheckRecord[];
}

export interface CertificateCheck {
  readonly executionArn: string;
  readonly status: string;
  readonly certificates: readonly CertificateRecord[];
}

/** As they were found at their last check, those that expire first at the top. */
export async function listCertificates(connection: Connection): Promise<CertificateRecord[]> {
  const records = await createLedgerReader(connection).listByKind(ledgerKind.certificate, certificateRecord);
  const daysOf = ({ verdict }: CertificateRecord): number => verdict.daysLeft ?? Number.NEGATIVE_INFINITY;
  return records.toSorted((a, b) => daysOf(a) - daysOf(b));
}

/** @throws CommandFailure when it was never checked. */
export async function showCertificate(connection: Connection, name: string): Promise<CertificateHistory> {
  const ledger = createLedgerReader(connection);
  const current = await ledger.find(ledgerKey.certificate(name), certificateRecord);
  if (current === undefined) {
    throw new CommandFailure(
      `no certificate ${name} has been checked: automation certificates list shows all, automation certificates check ${name} checks it`,
      exitCodes.notFound,
    );
  }
  const checks = await ledger.listPartition(ledgerKey.certificate(name).pk, certificateCheckRecord, {
    newestFirst: true,
    limit: 30,
  });
  return { current, checks };
}

/** Starts check-certificates and waits for its end: for the named ones, or for all. */
export async function checkCertificates(connection: Connection, names: readonly string[]): Promise<CertificateCheck> {
  const stateMachineArn = connection.deployment.workflowArns['check-certificates'];
  if (stateMachineArn === undefined) throw new CommandFailure('this deployment has no workflow check-certificates');
  const request: CertificateCheckRequest = names.length === 0 ? {} : { names: [...names] };
  const { executionArn = '' } = await connection.stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify({ request }) }),
  );
  for (;;) {
    const {
      status = 'RUNNING',
      error,
      cause,
    } = await connection.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'FAILED' || status === 'TIMED_OUT' || status === 'ABORTED')
      throw new CommandFailure(`the check ended ${status}: ${error ?? ''}: ${describeCause(cause)}\n${executionArn}`);
    if (status === 'SUCCEEDED') {
      const certificates = await listCertificates(connection);
      return {
        executionArn,
        status,
        certificates: certificates.filter(({ name }) => names.length === 0 || names.includes(name)),
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

export function renderCertificates(certificates: readonly CertificateRecord[]): string {
  if (certificates.length === 0)
    return 'no certificate has been checked yet: automation certificates check does it now, for those that the configuration names';
  const rows = certificates.map(({ name, host, port, environment, owner, issuer, verdict }) => [
    name,
    `${host}:${port}`,
    environment,
    owner,
    issuer,
    renderStatus(verdict.state),
    verdict.daysLeft === undefined ? '-' : String(verdict.daysLeft),
    verdict.problems.map(({ kind }) => kind).join(', '),
  ]);
  return renderTable(['NAME', 'SERVED AT', 'ENVIRONMENT', 'OWNER', 'ISSUER', 'STATE', 'DAYS LEFT', 'PROBLEMS'], rows);
}

export function renderCertificateHistory({ current, checks }: CertificateHistory): string {
  const { verdict, since, host, port, checkedAt } = current;
  const { facts } = verdict;
  const lines = [
    `${current.name}  ${host}:${port}  ${renderStatus(verdict.state)} since ${since}, checked ${checkedAt}`,
    ...verdict.problems.map(({ kind, words }) => `  ${kind}: ${printable(words)}`),
    ...(facts === undefined
      ? []
      : [
          `  subject      ${printable(facts.subject) || '-'}`,
          `  issuer       ${printable(facts.issuer)}`,
          `  names        ${facts.names.map(printable).join(', ')}`,
          `  valid        ${facts.notBefore} to ${facts.notAfter} (${verdict.daysLeft} days left)`,
          `  key          ${facts.key}`,
          `  fingerprint  ${facts.fingerprint}`,
          `  addresses    ${verdict.addresses.join(', ')}`,
        ]),
  ];
  const rows = checks.map((check) => [
    check.checkedAt,
    renderStatus(check.verdict.state),
    check.verdict.daysLeft === undefined ? '-' : String(check.verdict.daysLeft),
    check.verdict.problems.map(({ kind }) => kind).join(', '),
  ]);
  return `${lines.join('\n')}\n\n${renderTable(['CHECKED', 'STATE', 'DAYS LEFT', 'PROBLEMS'], rows)}`;
}

// The record and the issue that remain of a release that was taken back.
import type { IncidentRecord } from '../../contracts/ledger/rollbacks.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { Promotion } from '../../contracts/workflows/promotion.ts';
import type { Blamed } from '../../contracts/workflows/rollback-release.ts';

export interface Incident {
  readonly promotion: Promotion;
  readonly blamed: readonly Blamed[];
  readonly outcome: IncidentRecord['outcome'];
  readonly status: IncidentRecord['status'];
  readonly reason: string;
  readonly revision?: string | undefined;
  readonly openedAt: string;
}

export function buildIncidentRecord(incident: Incident, issueUrl: string | undefined): IncidentRecord {
  const { promotion, blamed, outcome, status, reason, openedAt } = incident;
  const { promotionId: rollbackId, environment, correlationId, causationId } = promotion;
  return {
    ...ledgerKey.incident(rollbackId),
    kind: ledgerKind.incident,
    sortKey: `${openedAt}#${rollbackId}`,
    rollbackId,
    environment,
    services: blamed.map(({ service }) => service),
    from: blamed.map(({ version }) => version),
    outcome,
    status,
    reason,
    openedAt,
    ...(issueUrl === undefined ? {} : { issueUrl }),
    correlationId,
    causationId,
  };
}

const titles: Readonly<Record<Incident['outcome'], string>> = {
  succeeded: 'was rolled back in',
  failed: 'could not be rolled back in',
  refused: 'goes wrong, and is not rolled back any more in',
};

/** Markdown. Whatever came from outside stands in code marks, where it is only text. */
export function buildIssue({ promotion, blamed, outcome, reason, revision }: Incident): {
  title: string;
  body: string;
} {
  const services = blamed.map(({ service }) => service).join(', ');
  const title = `${services} ${titles[outcome]} ${promotion.environment}`;
  const targets = promotion.services.map(({ name, version }) => `- ${name} to ${quote(version)}`);
  const bad = blamed.map(({ service, version, digest }) => `- ${service} ${quote(version)} (${quote(digest)})`);
  const what =
    outcome === 'refused'
      ? [
          'Under suspicion, and still running:',
          ...bad,
          '',
          'Nothing goes back by itself there until `automation circuit close`.',
        ]
      : [
          'Taken back; what of it is quarantined says `automation quarantine list`:',
          ...bad,
          '',
          'Went back:',
          ...targets,
        ];
  const lines = [
    `Cause: ${quote(promotion.reason)}`,
    '',
    `Outcome: ${quote(reason)}`,
    '',
    ...what,
    '',
    ...(revision === undefined ? [] : [`GitOps commit: ${quote(revision)}`]),
    `Explain: ${quote(`automation explain ${promotion.promotionId}`)}`,
    '',
    marker(promotion.promotionId),
  ];
  return { title, body: lines.join('\n') };
}

/** By this an issue is found again when a step is repeated. */
export function marker(rollbackId: string): string {
  return `<!-- rollback ${rollbackId.replace(/[^\w.:-]/g, '')} -->`;
}

function quote(text: string): string {
  return `\`${text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replaceAll('`', "'")
    .slice(0, 500)}\``;
}

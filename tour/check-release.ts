// Whether a release really happened, asked of the systems themselves and not of the trace.
import { currentRecord } from '../contracts/ledger/deployments.ts';
import { promotionRecord } from '../contracts/ledger/promotions.ts';
import { ledgerKey } from '../contracts/ledger.ts';
import { readLedgerItem } from './read-ledger-item.ts';
import type { System } from './start-system.ts';

export interface Release {
  readonly service: string;
  readonly environment: string;
  readonly commit: string;
  readonly executionArn: string;
}

export interface Findings {
  /** What a person wants to know of it, by name. */
  readonly facts: Readonly<Record<string, string>>;
  /** What should have happened and did not, in words. */
  readonly missing: readonly string[];
}

export async function checkRelease(system: System, release: Release): Promise<Findings> {
  const { world, configuration } = system;
  const { service, environment, commit, executionArn } = release;
  const { gitops } = configuration.github;
  const settings = configuration.environments[environment];
  const missing: string[] = [];
  const expect = (holds: boolean, what: string): void => {
    if (!holds) missing.push(what);
  };

  const current = await readLedgerItem(system, ledgerKey.current(environment, service), currentRecord);
  expect(current?.commit === commit, `the ledger's current release of ${service} in ${environment} is not ${commit}`);
  const promotion =
    current === undefined
      ? undefined
      : await readLedgerItem(system, ledgerKey.promotion(current.promotionId), promotionRecord);
  expect(promotion?.outcome === 'succeeded', 'the ledger has no promotion that succeeded');
  expect(promotion?.executionArn === executionArn, 'the promotion in the ledger belongs to another execution');

  const kustomization = await world.github.readFile(
    gitops.repository,
    `${settings?.overlayPath}/kustomization.yaml`,
    gitops.branch,
  );
  expect(
    current !== undefined && (kustomization ?? '').includes(current.digest),
    'the overlay in Git does not name the digest',
  );

  const url = await world.reachableClusters
    .get(settings?.cluster ?? '')
    ?.serviceUrl(settings?.namespace ?? '', service);
  const answer = url === undefined ? '' : await (await fetch(url)).text();
  expect(
    answer.includes(current?.digest ?? 'nothing') || answer.includes(commit),
    `${service} answers with another version: ${answer.slice(0, 200)}`,
  );
  expect(
    world.slack.messages().some(({ text, blocks }) => `${text}${JSON.stringify(blocks)}`.includes(service)),
    'no message in Slack speaks of the service',
  );

  return {
    facts: {
      commit,
      'GitOps commit': current?.revision ?? '(none)',
      image: current === undefined ? '(none)' : `${current.image}@${current.digest}`,
      execution: executionArn,
      'ledger entry':
        current === undefined ? '(none)' : `${current.pk} / ${current.sk} (promotion ${current.promotionId})`,
      'answers now': answer.slice(0, 120),
    },
    missing,
  };
}

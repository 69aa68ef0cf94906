// Whether an alert really took a release back, asked of the systems themselves and not of the trace.

import { decisionRecord } from '../contracts/ledger/decisions.ts';
import { currentRecord } from '../contracts/ledger/deployments.ts';
import { promotionRecord } from '../contracts/ledger/promotions.ts';
import { incidentRecord, quarantineRecord } from '../contracts/ledger/rollbacks.ts';
import { ledgerKey } from '../contracts/ledger.ts';
import { findWeightedBackends } from '../local/world/kubernetes/pods/split-route.ts';
import { measureErrors } from './alerting-stand-in.ts';
import type { Findings } from './check-release.ts';
import type { Stage } from './play-release-tour.ts';
import { readLedgerItem } from './read-ledger-item.ts';
import type { System } from './start-system.ts';

export interface TakenBack extends Stage {
  readonly badDigest: string;
  readonly executionArn: string;
}

export async function checkRollback(
  system: System,
  { service, environment, badDigest, executionArn }: TakenBack,
): Promise<Findings> {
  const { world, configuration } = system;
  const { gitops } = configuration.github;
  const missing: string[] = [];
  const expect = (holds: boolean, what: string): void => {
    if (!holds) missing.push(what);
  };

  const current = await readLedgerItem(system, ledgerKey.current(environment, service), currentRecord);
  expect(current?.executionArn === executionArn, 'what runs now does not come from the rollback');
  expect(current?.digest !== badDigest, 'the bad version is still what runs');
  const rollbackId = current?.promotionId ?? 'none';
  const record = await readLedgerItem(system, ledgerKey.promotion(rollbackId), promotionRecord);
  expect(record?.change === 'rollback' && record.outcome === 'succeeded', 'the ledger has no rollback that succeeded');
  const decision = await readLedgerItem(system, ledgerKey.decision(rollbackId, 'rollback-release'), decisionRecord);
  expect(decision?.outcome === 'acted', 'the ledger has no decision to act');
  expect(current?.actor === 'alertmanager', `not an alert but ${current?.actor} took it back`);
  const quarantine = await readLedgerItem(system, ledgerKey.quarantine(service, badDigest), quarantineRecord);
  expect(quarantine !== undefined, 'the bad digest is not quarantined');
  const incident = await readLedgerItem(system, ledgerKey.incident(rollbackId), incidentRecord);
  expect(incident?.issueUrl !== undefined, 'no incident with an issue on GitHub is recorded');

  const file = `${configuration.environments[environment]?.overlayPath}/kustomization.yaml`;
  const kustomization = (await world.github.readFile(gitops.repository, file, gitops.branch)) ?? '';
  expect(!kustomization.includes(badDigest), 'the overlay in Git names the bad digest');
  expect(
    current !== undefined && kustomization.includes(current.digest),
    'the overlay in Git does not name the good digest',
  );
  const weight = readCanaryWeight(system, { service, environment });
  expect(weight === undefined || weight === 0, `the canary still gets ${weight} % of the users`);
  const errors = await measureErrors(system, { service, environment });
  expect(errors === 0, `${service} still answers ${errors.toFixed(0)} % of the requests with errors`);
  expect(
    world.slack.messages().some(({ text }) => text.includes(`${service} was rolled back in ${environment}`)),
    'no message in Slack tells of the rollback',
  );
  return {
    facts: {
      decision: decision?.words ?? '(none)',
      'GitOps commit': current?.revision ?? '(none)',
      'runs again': current === undefined ? '(none)' : `${current.version} (${current.digest.slice(0, 19)}…)`,
      quarantined: quarantine === undefined ? '(none)' : `${quarantine.version} (${badDigest.slice(0, 19)}…)`,
      issue: incident?.issueUrl ?? '(none)',
      execution: executionArn,
      ...(weight === undefined ? {} : { 'canary gets': `${weight} % of the users` }),
      'errors now': `${errors.toFixed(0)} %`,
    },
    missing,
  };
}

/** Percent of the users; undefined where no canaries are released. */
function readCanaryWeight({ world, configuration }: System, { service, environment }: Stage): number | undefined {
  const { cluster = '', namespace = '' } = configuration.environments[environment] ?? {};
  const registry = world.clusters.get(cluster)?.registry;
  const backends = registry && findWeightedBackends(registry, namespace, service);
  return backends?.find(({ name }) => name === `${service}-canary`)?.weight;
}

// Plays 90 days of certificates: one renews by itself, one is stuck at its issuer, one is renewed and still served stale.
import colors from 'picocolors';
import { type CertificateRecord, certificateRecord } from '../contracts/ledger/certificates.ts';
import { ledgerKind } from '../contracts/ledger.ts';
import { scheduleRoutes } from '../lib/routes.ts';
import type { Activity } from '../local/trace/trace.ts';
import { issuerFaultAnnotation } from '../local/world/kubernetes/cert-manager/issuer-faults.ts';
import { findTypes, type Issuer } from '../local/world/kubernetes/cert-manager/resources.ts';
import type { ObjectRegistry } from '../local/world/kubernetes/storage/object-registry.ts';
import { pauseSchedules } from './change-schedules.ts';
import { listLedgerItems } from './list-ledger-items.ts';
import { type Print, printFindings } from './print-activities.ts';
import type { System } from './start-system.ts';

const days = 90;
const day = 86_400_000;
/** Somebody mends DNS only so many days after the last warning. */
const daysUntilMended = 2;
const watched = 'check-certificates';
/** The reports that the configuration asks for: at 30 days and at 7. */
const warningDaysLeft = [27, 30] as const;
const criticalDaysLeft = [4, 7] as const;
/** Rounds that have nothing to do with it. */
const paused = scheduleRoutes.map(({ id }) => id).filter((id) => id !== watched);

/** The three that the tour is about, by their name in the configuration. */
const fine = 'app';
const stuck = 'api';
const stale = 'tools';

/** Returns whether everything happened that the tour promises. */
export async function playCertificatesTour(system: System, print: Print): Promise<boolean> {
  const startedAt = performance.now();
  print(colors.bold(`\n${days} days of certificates, on the virtual clock`));
  print(colors.dim('(real X.509 and TLS on loopback; all schedules but the daily check pause meanwhile)\n'));
  if (findRegistry(system) === undefined) {
    print(colors.red('This tour breaks an issuer and needs the simulated clusters: leave --cluster out.'));
    return false;
  }
  const resume = await pauseSchedules(system, paused);
  const story = tellStory(system, print);
  try {
    await system.runtime.context.clock.advance(3 * 60_000);
    setFault(system, `dns=${hostOf(system, stuck)}`);
    print(
      `day  0  ${colors.cyan('DNS'.padEnd(12))} from now on ${hostOf(system, stuck)} cannot be proven to its issuer`,
    );
    await playDays(system, print, story);
    const findings = judge(await listRecords(system), story);
    printFindings(print, findings, ((performance.now() - startedAt) / 1000).toFixed(1));
    return findings.missing.length === 0;
  } catch (error) {
    print(colors.red(`The tour broke off: ${error instanceof Error ? error.message : String(error)}`));
    return false;
  } finally {
    story.end();
    setFault(system, '');
    await resume();
  }
}

async function playDays(system: System, print: Print, story: Story): Promise<void> {
  const { clock } = system.runtime.context;
  // From seven on: after the daily check and what follows from it.
  const untilMorning = day - ((clock.now() - 7 * 3_600_000) % day);
  for (let today = 1; today <= days; today += 1) {
    story.today = today;
    const [criticalOn] = listDaysTold(story, hostOf(system, stuck), criticalDaysLeft);
    if (criticalOn !== undefined && today === criticalOn + daysUntilMended) {
      setFault(system, '');
      print(`day ${today}  ${colors.cyan('DNS'.padEnd(12))} somebody mends the record of ${hostOf(system, stuck)}`);
    }
    await clock.advance(today === 1 ? untilMorning : day);
  }
}

/** When people were told that the certificate has so many days left; a check may come a day or two late. */
function listDaysTold({ told }: Story, host: string, [least, most]: readonly [number, number]): number[] {
  return told.flatMap(({ day: when, text }) => {
    const left = Number(/expires on \S+, in (\d+) days?/.exec(text)?.[1] ?? -1);
    return text.includes(host) && left >= least && left <= most ? [when] : [];
  });
}

interface Story {
  today: number;
  /** What people were told of each certificate, by its host: day and words. */
  readonly told: { readonly day: number; readonly text: string }[];
  /** Days on which cert-manager issued, by `cluster/namespace/name`. */
  readonly issued: { readonly day: number; readonly subject: string }[];
  end(): void;
}

/** A line for what a spectator cares about: what is issued, what is told, and how renewals end. */
function tellStory({ runtime }: System, print: Print): Story {
  const story: Story = { today: 0, told: [], issued: [], end: () => unsubscribe() };
  const line = (who: string, what: string): void =>
    print(`day ${String(story.today).padStart(2)}  ${colors.cyan(who.padEnd(12))} ${what}`);
  const unsubscribe = runtime.context.trace.subscribe(({ service, name, subject, details }: Activity) => {
    if (service === 'cert-manager' && name === 'certificate-issued') {
      story.issued.push({ day: story.today, subject });
      if (story.today > 0) line('cert-manager', `issued ${subject.split('/').slice(1).join('/')} anew`);
    }
    if (service === 'slack' && (name === 'message-posted' || name === 'message-updated')) {
      const text = String(details.text ?? '').split('\n')[0] ?? '';
      if (!text.includes('certificate')) return;
      story.told.push({ day: story.today, text });
      line('Slack', `${name === 'message-updated' ? '(edited) ' : ''}${text.slice(0, 150)}`);
    }
  });
  return story;
}

/** Undefined where a real cluster stands in the place of the simulated ones. */
function findRegistry({ world, configuration }: System): ObjectRegistry | undefined {
  const { environment = '' } = configuration.certificates.endpoints[stuck] ?? {};
  return world.clusters.get(configuration.environments[environment]?.cluster ?? '')?.registry;
}

function setFault(system: System, fault: string): void {
  const { certificates, environments } = system.configuration;
  const { environment = '', issuer = '' } = certificates.endpoints[stuck] ?? {};
  const { namespace = '' } = environments[environment] ?? {};
  const registry = findRegistry(system);
  registry?.update<Issuer>(findTypes(registry).issuers, namespace, issuer, (found) => {
    found.metadata.annotations = { ...found.metadata.annotations, [issuerFaultAnnotation]: fault };
  });
}

function hostOf({ configuration }: System, name: string): string {
  return configuration.certificates.endpoints[name]?.host ?? name;
}

async function listRecords(system: System): Promise<CertificateRecord[]> {
  return await listLedgerItems(system, ledgerKind.certificate, certificateRecord);
}

/** Asked of the ledger and of what people were told. */
function judge(records: readonly CertificateRecord[], story: Story) {
  const { told, issued } = story;
  const missing: string[] = [];
  const expect = (holds: boolean, what: string): void => {
    if (!holds) missing.push(what);
  };
  const find = (name: string) => records.find((record) => record.name === name);
  const daysOf = (host: string, words: RegExp): number[] =>
    told.flatMap(({ day: when, text }) => (text.includes(host) && words.test(text) ? [when] : []));
  const hosts = { fine: find(fine)?.host ?? '?', stuck: find(stuck)?.host ?? '?', stale: find(stale)?.host ?? '?' };

  const renewedAlone = issued.filter(({ day: when, subject }) => when > 0 && subject.endsWith('prod/frontend'));
  expect(renewedAlone.length > 0, `${fine} was not renewed by itself`);
  expect(daysOf(hosts.fine, /./).length === 0, `people were told of ${fine} although nothing was wrong with it`);
  const warned = listDaysTold(story, hosts.stuck, warningDaysLeft);
  const critical = listDaysTold(story, hosts.stuck, criticalDaysLeft);
  expect(warned.length > 0, `${stuck} was not reported when 30 days were left`);
  expect(critical.length > 0, `${stuck} was not reported when 7 days were left`);
  const failed = daysOf(hosts.stuck, /could not be renewed/);
  expect(failed.length > 0, `no renewal of ${stuck} said what stood in the way`);
  const staleOn = daysOf(hosts.stale, /has a problem/);
  expect(staleOn.length > 0, `${stale} was not reported as served stale`);
  const healed = daysOf(hosts.stale, /was renewed/);
  expect(healed.length > 0, `${stale} was not restarted and confirmed`);
  for (const { name, verdict } of records)
    expect(
      verdict.state === 'valid',
      `${name} is ${verdict.state}: ${verdict.problems.map(({ kind }) => kind).join(', ')}`,
    );
  const list = (when: readonly number[]): string => [...new Set(when)].join(', ') || 'none';
  return {
    facts: {
      [`${fine} renewed`]: `by itself on day ${list(renewedAlone.map(({ day: when }) => when))}, nobody was disturbed`,
      [`${stuck} warned`]: `at 30 days on day ${list(warned)}, at 7 on day ${list(critical.slice(0, 1))}; renewals that failed: days ${list(failed)}`,
      [`${stale} stale`]: `told on day ${list(staleOn)}, restarted and confirmed on day ${list(healed)}`,
      'now in order': `${records.filter(({ verdict }) => verdict.state === 'valid').length} of ${records.length} certificates`,
    },
    missing,
  };
}

// Leads the names of an environment to the other region: as one batch, only from where they led when it was planned.
import type { FailOverPlan } from '../../contracts/workflows/fail-over.ts';

export interface DnsZone {
  /** Where each CNAME leads, without the dot at the end; absent when there is none. */
  readTargets(hostedZoneId: string, names: readonly string[]): Promise<Readonly<Record<string, string | undefined>>>;
  /** All or none. Answers the change's id. */
  change(
    hostedZoneId: string,
    ttlSeconds: number,
    records: readonly {
      readonly name: string;
      readonly target: string | undefined;
      readonly current: string | undefined;
    }[],
    comment: string,
  ): Promise<string>;
  isInSync(changeId: string): Promise<boolean>;
}

export type DnsAnswer = {
  readonly outcome: 'pending' | 'in-sync' | 'refused';
  readonly changeId?: string;
  readonly reason: string;
};

/** Repeating it changes nothing more. A record that somebody else has changed since is not written over. */
export async function switchDns(
  zone: DnsZone,
  { dns, to }: FailOverPlan,
  { failOverId, action }: { readonly failOverId: string; readonly action: 'switch' | 'undo' },
): Promise<DnsAnswer> {
  const { hostedZoneId, ttlSeconds, changes } = dns;
  const current = await zone.readTargets(
    hostedZoneId,
    changes.map(({ name }) => name),
  );
  const foreign = changes.filter(({ name, from, to: target }) => ![from, target].includes(current[name]));
  if (foreign.length > 0 && action === 'switch') {
    const found = foreign.map(
      ({ name, from }) => `${name} leads to ${current[name] ?? 'nowhere'}, not to ${from ?? 'nowhere'}`,
    );
    return { outcome: 'refused', reason: `somebody has changed DNS since it was planned: ${found.join(', ')}` };
  }
  const wanted = changes
    .filter((change) => !foreign.includes(change))
    .map(({ name, from, to: target }) => ({
      name,
      target: action === 'switch' ? target : from,
      current: current[name],
    }))
    .filter(({ target, current: now }) => target !== now);
  if (wanted.length === 0) return { outcome: 'in-sync', reason: 'every name leads there already' };
  const comment = `${failOverId}: ${action === 'switch' ? `to the ${to} region` : 'taken back'}`;
  const changeId = await zone.change(hostedZoneId, ttlSeconds, wanted, comment);
  return {
    outcome: 'pending',
    changeId,
    reason: `${wanted.map(({ name }) => name).join(', ')} changed, not yet on every server`,
  };
}

export async function confirmDns(zone: DnsZone, changeId: string): Promise<DnsAnswer> {
  return (await zone.isInSync(changeId))
    ? { outcome: 'in-sync', changeId, reason: 'on every server of Route 53' }
    : { outcome: 'pending', changeId, reason: `change ${changeId} is not yet on every server of Route 53` };
}

// Every freeze that there is: of the configuration, added by people, of open circuits, and of open incidents.
import type { Configuration } from '../../config/schema.ts';
import { type CircuitRecord, wholeCircuit } from '../../contracts/ledger/circuits.ts';
import type { FreezeRecord } from '../../contracts/ledger/freezes.ts';
import type { FreezeWindow } from './find-freeze.ts';
import type { OpenIncident } from './gate-facts.ts';
import { instantOf } from './zoned-time.ts';

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

export interface FreezeSources {
  readonly added: readonly FreezeRecord[];
  readonly circuits: readonly CircuitRecord[];
  readonly incidents: readonly OpenIncident[];
}

export function listFreezes(
  configuration: Configuration,
  { added, circuits, incidents }: FreezeSources,
): FreezeWindow[] {
  return [
    ...configuration.freezes.map(readConfigured),
    ...added.map(({ name, reason, environments, services, from, until }) => ({
      name,
      reason,
      environments,
      services,
      when: { kind: 'once' as const, from: Date.parse(from), to: until === undefined ? undefined : Date.parse(until) },
    })),
    ...circuits.filter(({ status }) => status === 'open').map(readCircuit),
    ...incidents
      .filter(({ environment }) => configuration.environments[environment]?.freezeOnIncident === true)
      .map(({ environment, reason, openedAt }) => ({
        name: 'open incident',
        reason,
        environments: [environment],
        when: { kind: 'once' as const, from: Date.parse(openedAt) },
      })),
  ];
}

function readConfigured({
  name,
  reason,
  environments,
  services,
  ...when
}: Configuration['freezes'][number]): FreezeWindow {
  const { timeZone } = when;
  if ('weekdays' in when) {
    const days = when.weekdays.map((day) => weekdays.indexOf(day));
    const minutes = { from: readMinutes(when.from), to: readMinutes(when.to) };
    return { name, reason, environments, services, when: { kind: 'recurring', weekdays: days, ...minutes, timeZone } };
  }
  const from = readLocal(when.from, timeZone, 'first');
  const to = readLocal(when.until, timeZone, 'last');
  return { name, reason, environments, services, when: { kind: 'once', from, to } };
}

function readCircuit({ scope, reason, openedAt }: CircuitRecord): FreezeWindow {
  const [environment = '', service = ''] = scope.split('#');
  const limits = scope === wholeCircuit ? {} : { environments: [environment], services: [service] };
  return { name: 'open circuit', reason, ...limits, when: { kind: 'once', from: Date.parse(openedAt) } };
}

/** `HH:MM`; `24:00` is the end of the day. */
function readMinutes(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}

/** `YYYY-MM-DDTHH:MM` on the wall of the zone. */
function readLocal(text: string, zone: string, which: 'first' | 'last'): number {
  const [date = '', time = ''] = text.split('T');
  return instantOf({ day: Date.parse(`${date}T00:00:00Z`) / 86_400_000, minute: readMinutes(time) }, zone, which);
}

// Durations as Prometheus, Alertmanager and Argo CD write them.
import { CommandFailure } from '../output.ts';

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** As Prometheus writes it: `1m30s`. */
export function parseDuration(duration: string): number {
  const parts = [...duration.matchAll(/(\d+)(ms|[smhdw])/g)];
  if (parts.map(([whole]) => whole).join('') !== duration && duration !== '0')
    throw new CommandFailure(`a duration such as 1m30s is needed, got ${duration}`);
  return parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (unitSeconds[unit] ?? 0), 0);
}

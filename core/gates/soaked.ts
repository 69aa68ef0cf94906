// Gate: the digest has run in the environment before for long enough.
import { formatTime } from '../clock.ts';
import { cannotTell, closed, type Gate, notAsked, open } from './gate.ts';

export const soaked: Gate = ({ previous, earlierRuns, services, target, now }) => {
  const { soakMinutes } = target;
  if (previous === undefined || soakMinutes === 0) return notAsked('no soak is configured (soakMinutes)');
  if ('unknown' in earlierRuns) return cannotTell(`how long it ran in ${previous}: ${earlierRuns.unknown}`);
  const needed = soakMinutes * 60_000;
  const missing: string[] = [];
  let opensAt = 0;
  for (const { name, version } of services) {
    const runs = earlierRuns.known[name] ?? [];
    const lasted = ({ healthySince, replacedAt = now }: (typeof runs)[number]): number =>
      Date.parse(replacedAt) - Date.parse(healthySince);
    if (runs.some((run) => lasted(run) >= needed)) continue;
    const current = runs.find(({ replacedAt }) => replacedAt === undefined);
    if (current === undefined) missing.push(`${name} ${version}`);
    else opensAt = Math.max(opensAt, Date.parse(current.healthySince) + needed);
  }
  if (missing.length > 0) {
    return closed(
      `${previous} does not run ${missing.join(', ')}, which must run there for ${soakMinutes} minutes first`,
    );
  }
  if (opensAt === 0) return open(`it ran in ${previous} for ${soakMinutes} minutes`);
  const nextOpen = formatTime(opensAt);
  return closed(`it must run in ${previous} for ${soakMinutes} minutes, which is until ${nextOpen}`, nextOpen);
};

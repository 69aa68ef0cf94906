// Gate: the environment before has run this digest with all its smoke tests passed.
import { cannotTell, closed, type Gate, notAsked, open } from './gate.ts';

export const testedBefore: Gate = ({ previous, earlierRuns, services, target }) => {
  if (previous === undefined || target.promoteFrom === undefined) {
    return notAsked('no environment comes before (promoteFrom)');
  }
  if ('unknown' in earlierRuns) return cannotTell(`what ran in ${previous}: ${earlierRuns.unknown}`);
  const untested = services.filter(({ name }) => (earlierRuns.known[name] ?? []).length === 0);
  if (untested.length === 0) return open(`the smoke tests passed in ${previous}`);
  const names = untested.map(({ name, version }) => `${name} ${version}`).join(', ');
  return closed(`${previous} has not run ${names} with its smoke tests passed: promote it there first`);
};

// Gate: nothing newer is wanted for all of the services.
import { isNewer } from '../promotion/decide-newest.ts';
import { type Gate, open } from './gate.ts';

export const newestDesired: Gate = ({ promotion, services, newestWishes }) => {
  const older = services.filter(({ name, commit }) => !isNewer({ ...promotion, commit }, newestWishes[name]));
  if (older.length < services.length || services.length === 0) {
    return open(older.length === 0 ? 'nothing newer is wanted' : 'nothing newer is wanted for some');
  }
  const [first] = older;
  const other = newestWishes[first?.name ?? ''];
  const reason = `newer is wanted: ${other?.commit.slice(0, 7)} of ${other?.desiredAt}`;
  return { verdict: 'closed', reason, isSuperseded: true };
};

// Gate: not too much changes at the same time.
import { formatTime } from '../clock.ts';
import { cannotTell, closed, type Gate, notAsked, open } from './gate.ts';

/** Whoever is at work ends without telling us: we look again after so long. */
const lookAgainMilliseconds = 60_000;

export const withinRolloutLimit: Gate = ({ target: { maximumConcurrentRollouts }, otherRollouts, promotion, now }) => {
  if (maximumConcurrentRollouts === undefined) return notAsked('no limit is configured (maximumConcurrentRollouts)');
  if ('unknown' in otherRollouts) return cannotTell(`how much is being changed: ${otherRollouts.unknown}`);
  const { known: others } = otherRollouts;
  if (others < maximumConcurrentRollouts)
    return open(`${others} of ${maximumConcurrentRollouts} rollouts are under way`);
  return closed(
    `${others} rollouts are under way in ${promotion.environment}, at most ${maximumConcurrentRollouts} are allowed`,
    formatTime(Date.parse(now) + lookAgainMilliseconds),
  );
};

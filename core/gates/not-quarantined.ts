// Gate: no digest is in quarantine.
import { closed, type Gate, open } from './gate.ts';

export const notQuarantined: Gate = ({ services, quarantines }) => {
  const problems = services.flatMap(({ name }) =>
    Object.hasOwn(quarantines, name) ? [`${name} is quarantined: ${quarantines[name]}`] : [],
  );
  return problems.length === 0 ? open('no digest is quarantined') : closed(problems.join('; '));
};

// Gate: every digest is known, and the registry still has it.
import { cannotTell, closed, type Gate, open } from './gate.ts';

export const imageAvailable: Gate = ({ services, images }) => {
  const problems = services.flatMap(({ digest, name, problem }) =>
    digest === undefined ? [problem ?? `${name} has no image`] : [],
  );
  const unknown: string[] = [];
  for (const { name, digest, image } of services) {
    if (digest === undefined) continue;
    const fact = images[name] ?? { unknown: 'nobody has looked' };
    if ('unknown' in fact) unknown.push(`${name}: ${fact.unknown}`);
    else if (!fact.known)
      problems.push(`${image}@${digest.slice(0, 19)} is not in the registry any more: build it again`);
  }
  if (problems.length > 0) return closed(problems.join('; '));
  if (unknown.length > 0) return cannotTell(`whether the images can be pulled: ${unknown.join('; ')}`);
  return open('every image exists');
};

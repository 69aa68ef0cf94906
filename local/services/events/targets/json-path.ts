// The JSON paths that EventBridge knows: dots, names in brackets, indexes.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html

const STEP = /\.([^.[\]]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/y;

/** The steps of `$.detail.items[0]['a b']`; undefined when the text is no such path. */
export function findPathSteps(path: string): (string | number)[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: (string | number)[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (!match) return undefined;
    steps.push(match[2] === undefined ? (match[1] ?? match[3] ?? match[4] ?? '') : Number(match[2]));
  }
  return steps;
}

/** The value at the path; undefined when there is none. */
export function findAtPath(value: unknown, path: string): unknown {
  const steps = findPathSteps(path);
  if (!steps) return undefined;
  let found = value;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string | number, unknown>)[step];
  }
  return found;
}

// Does a file's path match one of a service's globs?

/**
 * Whether `path` matches `glob`: `*` and `?` within one folder, `**` over any number of folders; everything else, also a
 * leading dot, stands for itself. Takes time in proportion to both lengths, whatever they hold.
 */
export function matchPath(glob: string, path: string): boolean {
  const pattern = glob.split('/');
  const segments = path.split('/');
  // reachable[i]: the first i segments of the path can be matched by the pattern read so far.
  let reachable = [true, ...segments.map(() => false)];
  for (const part of pattern) {
    const next = reachable.map(() => false);
    for (const [index, isReachable] of reachable.entries()) {
      if (part === '**') next[index] = isReachable || (index > 0 && next[index - 1] === true);
      else if (isReachable && index < segments.length && matchSegment(part, segments[index] ?? ''))
        next[index + 1] = true;
    }
    reachable = next;
  }
  return reachable[segments.length] === true;
}

/** The usual two-pointer match: on a mismatch only the last star takes one character more. */
function matchSegment(pattern: string, text: string): boolean {
  let position = 0;
  let index = 0;
  let star = -1;
  let resume = 0;
  while (index < text.length) {
    if (pattern[position] === '*') {
      star = position;
      resume = index;
      position += 1;
    } else if (pattern[position] === '?' || pattern[position] === text[index]) {
      position += 1;
      index += 1;
    } else if (star >= 0) {
      resume += 1;
      index = resume;
      position = star + 1;
    } else return false;
  }
  while (pattern[position] === '*') position += 1;
  return position === pattern.length;
}

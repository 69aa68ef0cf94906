// The difference of two texts as Git shows it, so that a plan can be read, and applied, like any other change.

interface Line {
  readonly kind: ' ' | '-' | '+';
  readonly text: string;
}

const contextLines = 3;
/** Beyond so many comparisons what differs is shown as replaced as a whole. */
const maximumComparisons = 4_000_000;
const noNewline = '\\ No newline at end of file';

/** Empty when the texts are equal. @see https://www.gnu.org/software/diffutils/manual/html_node/Unified-Format.html */
export function buildUnifiedDiff(file: string, before: string, after: string): string {
  if (before === after) return '';
  const lines = compare(splitLines(before), splitLines(after));
  const hunks = findHunks(lines).map(([start, end]) => renderHunk(lines, start, end));
  return [`--- a/${file}`, `+++ b/${file}`, ...hunks.flat()].join('\n').concat('\n');
}

/** What is taken away and what is added, without what stands around it. */
export function listChangedLines(before: string, after: string): string[] {
  return compare(splitLines(before), splitLines(after)).flatMap(({ kind, text }) =>
    kind === ' ' ? [] : [kind + text],
  );
}

/** Each with its newline, so that a missing last one is a difference. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function compare(left: readonly string[], right: readonly string[]): Line[] {
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < shorter - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  const lines = (kind: Line['kind'], texts: readonly string[]): Line[] => texts.map((text) => ({ kind, text }));
  return [
    ...lines(' ', left.slice(0, start)),
    ...compareMiddle(left.slice(start, left.length - end), right.slice(start, right.length - end)),
    ...lines(' ', left.slice(left.length - end)),
  ];
}

/** By the longest common subsequence. */
function compareMiddle(left: readonly string[], right: readonly string[]): Line[] {
  const lines: Line[] = [];
  const width = right.length + 1;
  const isTooLarge = left.length * right.length > maximumComparisons;
  const lengths = new Uint32Array(isTooLarge ? 0 : (left.length + 1) * width);
  const lengthAt = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = left.length - 1; row >= 0 && !isTooLarge; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        left[row] === right[column]
          ? lengthAt(row + 1, column + 1) + 1
          : Math.max(lengthAt(row + 1, column), lengthAt(row, column + 1));
    }
  }
  let row = 0;
  let column = 0;
  while (row < left.length || column < right.length) {
    const removed = left[row];
    const added = right[column];
    if (removed !== undefined && removed === added && !isTooLarge) {
      lines.push({ kind: ' ', text: removed });
      row += 1;
      column += 1;
    } else if (
      removed !== undefined &&
      (added === undefined || lengthAt(row + 1, column) >= lengthAt(row, column + 1))
    ) {
      lines.push({ kind: '-', text: removed });
      row += 1;
    } else {
      lines.push({ kind: '+', text: added ?? '' });
      column += 1;
    }
  }
  return lines;
}

/** Ranges of lines: each change with its context, and those together whose context would meet. */
function findHunks(lines: readonly Line[]): [start: number, end: number][] {
  const hunks: [number, number][] = [];
  for (const [index, { kind }] of lines.entries()) {
    if (kind === ' ') continue;
    const start = Math.max(0, index - contextLines);
    const end = Math.min(lines.length, index + contextLines + 1);
    const last = hunks.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = end;
    else hunks.push([start, end]);
  }
  return hunks;
}

function renderHunk(lines: readonly Line[], start: number, end: number): string[] {
  const count = (from: number, to: number, kind: Line['kind']): number =>
    lines.slice(from, to).filter((line) => line.kind === ' ' || line.kind === kind).length;
  const range = (kind: Line['kind']): string => {
    const length = count(start, end, kind);
    const before = count(0, start, kind);
    return `${length === 0 ? before : before + 1},${length}`;
  };
  return [
    `@@ -${range('-')} +${range('+')} @@`,
    ...lines
      .slice(start, end)
      .flatMap(({ kind, text }) =>
        text.endsWith('\n') ? [`${kind}${text.slice(0, -1)}`] : [`${kind}${text}`, noNewline],
      ),
  ];
}

// Names of the parts of the write-ahead log in an archive, and which of them follow each other without a gap.

export interface Segment {
  /** 24 hexadecimal digits: timeline, log, part of the log. */
  readonly name: string;
  readonly key: string;
  readonly archivedAt: string;
}

/** Segments without a gap between them, oldest first. */
export type SegmentRun = readonly Segment[];

const defaultSegmentBytes = 16 * 1024 * 1024;
const logBytes = 2 ** 32;
const namePattern = /(?:^|\/)([0-9A-F]{24})(?:\.(?:gz|zst))?$/;
const historyPattern = /(?:^|\/)([0-9A-F]{8}\.history)(?:\.(?:gz|zst))?$/;

/** Of a segment, by its key in the archive. Undefined for anything else that lies there, such as a label or a partial segment. */
export function segmentNameOf(key: string): string | undefined {
  return namePattern.exec(key)?.[1];
}

/** Of the file that says how a timeline branched off. */
export function historyNameOf(key: string): string | undefined {
  return historyPattern.exec(key)?.[1];
}

/** Where in the log it stands, whatever its timeline: the next one has the next number. */
export function positionOf(name: string, segmentBytes = defaultSegmentBytes): number {
  const log = Number.parseInt(name.slice(8, 16), 16);
  const part = Number.parseInt(name.slice(16), 16);
  return log * (logBytes / segmentBytes) + part;
}

/** A segment that two timelines have is there twice: either makes its place whole. */
export function findRuns(segments: readonly Segment[], segmentBytes?: number): SegmentRun[] {
  const sorted = segments
    .map((segment) => ({ segment, position: positionOf(segment.name, segmentBytes) }))
    .sort((left, right) => left.position - right.position || left.segment.name.localeCompare(right.segment.name));
  const runs: Segment[][] = [];
  let last: number | undefined;
  for (const { segment, position } of sorted) {
    const run = runs.at(-1);
    if (run === undefined || last === undefined || position > last + 1) runs.push([segment]);
    else run.push(segment);
    last = position;
  }
  return runs;
}

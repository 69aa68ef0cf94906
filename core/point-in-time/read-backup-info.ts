// What Barman says of a base backup in its `backup.info`: lines of `name=value`.

export interface BaseBackup {
  readonly id: string;
  readonly isDone: boolean;
  /** Why it is not, when Barman says so. */
  readonly error?: string;
  /** The first segment that a recovery needs, and the last one before the copy is consistent. */
  readonly beginSegment: string;
  readonly endSegment: string;
  readonly beganAt: string;
  /** From then on every moment can be had back. */
  readonly endedAt: string;
  readonly segmentBytes: number;
}

/** Undefined when it lacks what every finished or failed backup has: one that has just begun. */
export function readBackupInfo(id: string, text: string): BaseBackup | undefined {
  const values = new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const at = line.indexOf('=');
      return at < 0 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()]];
    }),
  );
  const read = (name: string): string | undefined => {
    const value = values.get(name);
    return value === undefined || value === 'None' || value === '' ? undefined : value;
  };
  const [beginSegment, endSegment] = [read('begin_wal'), read('end_wal')];
  const [beganAt, endedAt] = [readTime(read('begin_time')), readTime(read('end_time'))];
  const error = read('error');
  const isDone = read('status') === 'DONE';
  if (!isDone && error === undefined) return undefined;
  if (beginSegment === undefined || endSegment === undefined || beganAt === undefined || endedAt === undefined)
    return { id, isDone: false, error: error ?? 'its backup.info is not whole', ...nothing };
  const segmentBytes = Number(read('xlog_segment_size') ?? nothing.segmentBytes);
  return {
    id,
    isDone,
    ...(error === undefined ? {} : { error }),
    beginSegment,
    endSegment,
    beganAt,
    endedAt,
    segmentBytes,
  };
}

const nothing = { beginSegment: '', endSegment: '', beganAt: '', endedAt: '', segmentBytes: 16 * 1024 * 1024 };

/** `2026-11-26 02:00:04.120384+00:00`; rounded up to the millisecond, so that nothing before it is promised. */
function readTime(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text.replace(' ', 'T'));
  if (Number.isNaN(time)) return undefined;
  const isExact = !/\.\d{3}0*[1-9]/.test(text);
  return new Date(isExact ? time : time + 1).toISOString();
}

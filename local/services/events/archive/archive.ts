// An archive: which events of a bus are kept, and for how long.
import { createPatternTest, type PatternTest } from '../pattern/matches-pattern.ts';
import { parsePattern } from '../pattern/parse-pattern.ts';

export interface Archive {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly sourceArn: string;
  readonly description?: string;
  readonly eventPattern?: string;
  /** 0 keeps for ever. */
  readonly retentionDays: number;
  readonly createdAt: number;
}

/** Throws InvalidEventPatternException. */
export function createArchiveTest(archive: Pick<Archive, 'eventPattern'>): PatternTest {
  return archive.eventPattern ? createPatternTest(parsePattern(archive.eventPattern)) : () => true;
}

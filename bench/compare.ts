// Builds figures from rounds: ours and the peer's, interleaved in the same run, so that both see the same machine.
import type { Figure } from './benchmark.ts';

/** The middle one; of an even number the upper of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('got no values to take the median of');
  return middle;
}

/** The value below which that share of the values lies; `share` is from 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Runs each contestant once a round, and changes who begins from round to round. */
export async function interleave<Name extends string, Result>(
  rounds: number,
  contestants: Readonly<Record<Name, () => Promise<Result>>>,
): Promise<Record<Name, Result[]>> {
  const entries = Object.entries(contestants) as [Name, () => Promise<Result>][];
  const results = Object.fromEntries(entries.map(([name]) => [name, []])) as unknown as Record<Name, Result[]>;
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? entries : entries.toReversed();
    for (const [name, run] of order) results[name].push(await run());
  }
  return results;
}

/** As `interleave` for two, of whom the peer may be missing. */
export async function compete<Result>(
  rounds: number,
  ours: () => Promise<Result>,
  peer: (() => Promise<Result>) | undefined,
): Promise<{ readonly ours: readonly Result[]; readonly peer: readonly Result[] | undefined }> {
  if (peer === undefined) return { ours: (await interleave(rounds, { ours })).ours, peer: undefined };
  return await interleave(rounds, { ours, peer });
}

/** Rounds to three significant digits, and whole numbers beyond. */
export function roundFigure(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

/** Judges the exact values, then rounds them for the line. Without a peer's value an aim that needs it is not judged. */
export function buildFigure(parts: {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer?: string;
  readonly peerValue?: number | undefined;
  readonly aim: string;
  /** Gets the ratio, NaN when there is no peer's value; undefined says that it cannot judge. */
  readonly isMet: (ratio: number) => boolean | undefined;
  readonly note?: string;
}): Figure {
  const { name, value, unit, peer, peerValue, aim, note } = parts;
  const ratio = peerValue === undefined ? Number.NaN : value / peerValue;
  const isJudged = peer === undefined || peerValue !== undefined;
  return {
    name,
    value: roundFigure(value),
    unit,
    peer: peer ?? null,
    peerValue: peerValue === undefined ? null : roundFigure(peerValue),
    ratio: Number.isNaN(ratio) ? null : roundFigure(ratio),
    aim,
    met: isJudged ? (parts.isMet(ratio) ?? null) : null,
    ...(note === undefined ? {} : { note }),
  };
}

// What a benchmark is, and the lines it gives.

/** One measured figure: one JSON line on stdout. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with; null where there is nothing to compare with, or it could not be had. */
  readonly peer: string | null;
  readonly peerValue: number | null;
  /** `value / peerValue`. */
  readonly ratio: number | null;
  readonly aim: string;
  /** Null where the aim could not be judged, because the peer is missing. */
  readonly met: boolean | null;
  readonly note?: string;
}

/** A figure, or its comparison, that could not be measured here. */
export interface Skip {
  readonly name: string;
  readonly skipped: string;
  readonly why: string;
}

export interface BenchmarkOptions {
  /** Fewer and shorter rounds: the figures are rougher. */
  readonly isQuick: boolean;
  /** Tells a person what goes on. */
  progress(text: string): void;
  /** Has that done when the benchmark is over, however it ended; the last one first. */
  afterwards(cleanUp: () => Promise<void> | void): void;
}

export interface Benchmark {
  /** What `--only` names. */
  readonly name: string;
  /** Gives each line as soon as it is measured. Throws when something is broken; a missing peer is a `Skip`. */
  run(options: BenchmarkOptions): AsyncIterable<Figure | Skip>;
}

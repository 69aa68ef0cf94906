// How the command line answers: tables for people, JSON for programs, and exit codes that scripts can rely on.
import colors from 'picocolors';

/** Documented in docs/cli.md. */
export const exitCodes = { done: 0, failed: 1, usage: 2, notFound: 3, unreachable: 4 } as const;

/** An end that is not a success, with what the person reads; thrown by commands, printed in one place. */
export class CommandFailure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.failed) {
    super(message);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
  }
}

export interface Output {
  /** Prints `data` as JSON, or what `render` makes of it for a person. */
  show<T>(data: T, render: (data: T) => string): void;
  /** A line of progress: to standard error, and not at all with --json. */
  progress(line: string): void;
}

export function createOutput(options: { readonly json: boolean }): Output {
  return {
    show: (data, render) => process.stdout.write(`${options.json ? JSON.stringify(data, null, 2) : render(data)}\n`),
    progress: (line) => {
      if (!options.json) process.stderr.write(`${line}\n`);
    },
  };
}

/** Columns as wide as their widest cell; the heading is dimmed. */
export function renderTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => visibleLength(row[column] ?? ''))),
  );
  const renderRow = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - visibleLength(cell))))
      .join('  ')
      .trimEnd();
  return [colors.dim(renderRow(heading)), ...rows.map(renderRow)].join('\n');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences, which take no room on the screen
const escapeSequence = /\u001b\[[0-9;]*m/g;

function visibleLength(cell: string): number {
  return cell.replace(escapeSequence, '').length;
}

/** `1.2 s`, `3 min`, `2 h`, `5 d`: one unit, as a person would say it. */
export function renderDuration(milliseconds: number): string {
  const units: readonly (readonly [limit: number, size: number, name: string])[] = [
    [1_000, 1, 'ms'],
    [120_000, 1_000, 's'],
    [7_200_000, 60_000, 'min'],
    [172_800_000, 3_600_000, 'h'],
  ];
  const [, size, name] = units.find(([limit]) => milliseconds < limit) ?? [0, 86_400_000, 'd'];
  const value = milliseconds / size;
  return `${name === 's' && value < 10 ? value.toFixed(1) : Math.round(value)} ${name}`;
}

/** Text from outside (branch names, messages), with control and direction-changing characters made visible. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

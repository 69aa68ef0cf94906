// Durations as Argo CD writes them: `5s`, `1m30s`, `2h`.

/** Seconds. Throws Error for anything that is not a duration. */
export function parseDurationSeconds(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text)
    throw new Error(`got the duration "${text}", allowed are numbers with ms, s, m, h or d, such as 1m30s`);
  const seconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 };
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (seconds[unit ?? 's'] ?? 0), 0);
}

// Transitions a second of an interpreter that runs one execution after the other.

/** Runs executions for so many milliseconds. */
export async function measureTransitions(
  execute: () => Promise<void>,
  transitionsPerExecution: number,
  milliseconds: number,
): Promise<number> {
  const startedAt = performance.now();
  for (let executions = 1; ; executions += 1) {
    await execute();
    const elapsed = performance.now() - startedAt;
    if (elapsed >= milliseconds) return ((executions * transitionsPerExecution) / elapsed) * 1000;
  }
}

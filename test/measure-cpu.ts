// Time bounds in tests: the processor time of this process, which other processes on a busy machine do not lengthen.

/** Starts counting; the answer tells the milliseconds of processor time that this process has used since. */
export function measureCpu(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
}

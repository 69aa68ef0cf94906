// Waits for work that goes on side by side, also for what is left of it when some has failed.

/** All results in their order. Nothing is under way any more when it throws. @throws the first error by order. */
export async function settleAll<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}

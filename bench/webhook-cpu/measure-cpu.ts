// CPU time of this process per delivery, user and system together.
import type { SignedDelivery } from '../read-push.ts';

/** Handles the deliveries one after the other; gives microseconds per delivery. */
export async function measureCpu(
  deliveries: readonly SignedDelivery[],
  handle: (delivery: SignedDelivery) => Promise<void>,
): Promise<number> {
  const before = process.cpuUsage();
  for (const delivery of deliveries) await handle(delivery);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / deliveries.length;
}

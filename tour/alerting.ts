// What watches the services of a tour and tells the automation: real Prometheus and Alertmanager where they are, else a stand-in.
import { findMonitoringTools } from '../local/world/monitoring/find-monitoring-tools.ts';
import { createAlertingStandIn } from './alerting-stand-in.ts';
import type { Stage } from './play-release-tour.ts';
import { startRealAlerting } from './real-alerting.ts';
import type { System } from './start-system.ts';

export interface Alerting {
  /** Who it is, in a column of the tour. */
  readonly name: string;
  /** What a spectator should know of it. */
  readonly words: string;
  /** Lets some seconds of the world pass, and as many as can be watched; idle time is skipped. */
  letTimePass(): Promise<void>;
  /** Lets users come, and resolves in words when an alert about their errors fires and was told. */
  fire(stage: Stage): Promise<string>;
  /** Resolves in words when it does not fire any more, and that was told; or says that it still does. */
  resolve(stage: Stage): Promise<string>;
  stop(): Promise<void>;
}

async function startAlerting(system: System): Promise<Alerting> {
  const tools = findMonitoringTools();
  return tools === undefined || system.world.clusters.size === 0
    ? createAlertingStandIn(system)
    : await startRealAlerting(system, tools);
}

/** Watches from before `play` begins until it has ended: what is found then need not be waited for. */
export async function withAlerting(system: System, play: (alerting: Alerting) => Promise<boolean>): Promise<boolean> {
  const alerting = await startAlerting(system);
  try {
    return await play(alerting);
  } finally {
    await alerting.stop();
  }
}

// One colour for each outcome, wherever a status is shown.
import colors from 'picocolors';

const good = ['SUCCEEDED', 'Healthy', 'Synced', 'succeeded', 'acted', 'valid'];
const bad = ['FAILED', 'TIMED_OUT', 'ABORTED', 'Degraded', 'failed', 'refused', 'critical'];

/** Green for what ended well, red for what ended badly, yellow for what has not ended. */
export function renderStatus(status: string): string {
  if (good.includes(status)) return colors.green(status);
  if (bad.includes(status)) return colors.red(status);
  return colors.yellow(status);
}

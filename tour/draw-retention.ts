// A picture of what is kept: a line for each tier, a mark for each backup, from the oldest to today, and how long they stay.
import colors from 'picocolors';
import { type BackupRecord, type BackupTier, backupTiers } from '../contracts/ledger/backups.ts';

const day = 86_400_000;
const width = 62;

/** `●` kept, `✔` proven, `✗` failed, `·` expired; the column is the day on which it was taken. */
export function drawRetention(backups: readonly BackupRecord[], now: number): string {
  const oldest = Math.min(now, ...backups.map(({ startedAt }) => Date.parse(startedAt)));
  const days = Math.max(1, (now - oldest) / day);
  const columnOf = (time: string): number =>
    Math.min(width - 1, Math.floor(((Date.parse(time) - oldest) / (days * day)) * width));
  const lines = backupTiers.map((tier) => {
    const cells = new Array<string>(width).fill(colors.dim('─'));
    const own = backups.filter((backup) => backup.tier === tier);
    for (const backup of own) cells[columnOf(backup.startedAt)] = mark(backup);
    return `  ${tier.padEnd(8)} ${cells.join('')}  ${describe(tier, own, now)}`;
  });
  const first = new Date(oldest).toISOString().slice(0, 10);
  const last = new Date(now).toISOString().slice(0, 10);
  return [
    ...lines,
    `  ${''.padEnd(8)} ${first}${last.padStart(width - first.length)}`,
    colors.dim('           ● kept  ✔ proven by a restore  ✗ failed  · expired'),
  ].join('\n');
}

function mark({ status, verifiedAt }: BackupRecord): string {
  if (status === 'failed') return colors.red('✗');
  if (status !== 'complete') return colors.dim('·');
  return verifiedAt === undefined ? '●' : colors.green('✔');
}

function describe(tier: BackupTier, backups: readonly BackupRecord[], now: number): string {
  const kept = backups.filter(({ status }) => status === 'complete');
  const ends = kept.map(({ keepUntil }) => (Date.parse(keepUntil) - now) / day);
  if (ends.length === 0) return `no ${tier} one`;
  return `${kept.length} kept, the next goes in ${Math.max(0, Math.round(Math.min(...ends)))} days`;
}

// What `--plan` shows, of a promotion and of a rollback alike: the change to Git, the gates, what is touched, and the plan's hash.
import colors from 'picocolors';
import { type ChangePreview, previewChangeTask } from '../../contracts/workflows/gate-verdicts.ts';
import type { Connection } from '../connection.ts';
import { invokeFunction } from '../invoke-function.ts';
import { printable, renderDuration, renderTable } from '../output.ts';

/** Changes nothing: the function behind it may only read. */
export async function previewChange(
  connection: Connection,
  application: string,
  input: object,
  now: string,
): Promise<ChangePreview> {
  const payload = { ...input, askedAt: now };
  return await invokeFunction(connection, `${application}-preview-change`, payload, previewChangeTask.output);
}

const marks: Readonly<Record<ChangePreview['verdicts'][number]['verdict'], (text: string) => string>> = {
  open: colors.green,
  closed: colors.red,
  'cannot-tell': colors.yellow,
  'not-asked': colors.dim,
};

export function renderPreview(preview: ChangePreview): string {
  const { outcome, reason, diff, verdicts, blastRadius, expectedSeconds, approval, planHash } = preview;
  const gates = verdicts.map(({ gate, verdict, reason: words, nextOpen }) => [
    marks[verdict](verdict),
    gate,
    printable(words),
    nextOpen ?? '',
  ]);
  return [
    `${outcome}: ${printable(reason)}`,
    ...(diff === '' ? ['', 'Git says already what is wanted.'] : ['', renderDiff(diff)]),
    ...(gates.length === 0 ? [] : [renderTable(['VERDICT', 'GATE', 'BECAUSE', 'OPENS'], gates), '']),
    ...blastRadius.map((line) => `touches   ${printable(line)}`),
    `takes     ${expectedSeconds === undefined ? 'nobody knows: nothing was deployed there yet' : `about ${renderDuration(expectedSeconds * 1000)} from the commit on, as the last times`}`,
    ...(approval?.isRequired ? ['approval  people must agree to it'] : []),
    ...(planHash === undefined ? [] : [`plan      ${planHash}`]),
  ].join('\n');
}

function renderDiff(diff: string): string {
  const colour = (line: string): string =>
    line.startsWith('+') ? colors.green(line) : line.startsWith('-') ? colors.red(line) : line;
  return diff
    .split('\n')
    .map((line) => colour(printable(line)))
    .join('\n');
}

// `automation canary`: how far Flagger is with a version, and a person's word about it.
import {
  type CanaryControl,
  type CanaryControlAnswer,
  controlCanaryTask,
} from '../../contracts/workflows/control-canary.ts';
import type { Connection } from '../connection.ts';
import { invokeFunction } from '../invoke-function.ts';
import { CommandFailure, printable, renderTable } from '../output.ts';

export interface CanaryOptions extends CanaryControl {
  readonly application: string;
}

/** @throws CommandFailure with the reason when it is refused. */
export async function controlCanary(
  connection: Connection,
  { application, ...control }: CanaryOptions,
): Promise<CanaryControlAnswer> {
  const answer = await invokeFunction(connection, `${application}-control-canary`, control, controlCanaryTask.output);
  if (answer.outcome === 'refused') throw new CommandFailure(answer.words);
  return answer;
}

/** What was asked for is not yet so: then the cluster as it was says the opposite of the words, and is left out. */
export function renderCanary({ words, canary, revision }: CanaryControlAnswer): string {
  if (revision !== undefined)
    return `${printable(words)}, as soon as Argo CD has taken up GitOps commit ${revision.slice(0, 7)}`;
  const { phase, weight, failedChecks, isSuspended, haltedBecause = '', version = '-' } = canary;
  const row = [
    phase || '-',
    version,
    `${weight} %`,
    String(failedChecks),
    isSuspended ? 'yes' : 'no',
    printable(haltedBecause),
  ];
  const table = renderTable(['PHASE', 'VERSION', 'WEIGHT', 'FAILED CHECKS', 'PAUSED', 'HALTED BECAUSE'], [row]);
  return `${table}\n${printable(words)}`;
}

// `automation blue-green`: which colour is live, and how to go to the other one, forward or back.
import { type ColoursRecord, coloursRecord } from '../../contracts/ledger/colours.ts';
import { deploymentRecord } from '../../contracts/ledger/deployments.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { Connection } from '../connection.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { CommandFailure, exitCodes, renderTable } from '../output.ts';
import type { StartedExecution } from '../run-workflow.ts';
import { promote } from './promote.ts';
import { rollback } from './rollback.ts';

export interface Colours {
  readonly environment: string;
  readonly service: string;
  readonly warmUntil?: string | undefined;
  readonly colours: readonly {
    readonly colour: 'blue' | 'green';
    readonly isLive: boolean;
    readonly pods: number;
    readonly digest: string | undefined;
    readonly version: string | undefined;
  }[];
}

export interface ColourChange {
  readonly application: string;
  readonly service: string;
  readonly env: string;
  readonly reason: string;
  readonly actor: string;
  readonly wait: boolean;
}

/** @throws CommandFailure `notFound` when the service was never released there in colours. */
export async function showColours(connection: Connection, service: string, environment: string): Promise<Colours> {
  const reader = createLedgerReader(connection);
  const record = await reader.find(ledgerKey.colours(environment, service), coloursRecord);
  if (record === undefined)
    throw new CommandFailure(
      `${service} has no colours in ${environment}: nothing was released there yet`,
      exitCodes.notFound,
    );
  const { pk } = ledgerKey.deployment(environment, service, '', '');
  const deployments = await reader.listPartition(pk, deploymentRecord, { newestFirst: true, limit: 50 });
  const describe = (colour: 'blue' | 'green') => {
    const { digest, replicas } = (record satisfies ColoursRecord)[colour];
    const version = deployments.find((deployment) => deployment.digest === digest)?.version;
    return { colour, isLive: record.active === colour, pods: replicas, digest, version };
  };
  const { warmUntil } = record;
  return { environment, service, warmUntil, colours: [describe('blue'), describe('green')] };
}

export function renderColours({ colours, warmUntil }: Colours): string {
  const rows = colours.map(({ colour, isLive, pods, version = '-', digest = '-' }) => [
    colour,
    isLive ? 'live' : warmUntil === undefined || pods === 0 ? 'idle' : `warm until ${warmUntil}`,
    String(pods),
    version,
    digest,
  ]);
  return renderTable(['COLOUR', 'STATE', 'PODS', 'VERSION', 'DIGEST'], rows);
}

/** Makes what the other colour holds live: `forward` by promote-release with its gates, `back` by rollback-release. */
export async function changeColour(
  connection: Connection,
  direction: 'forward' | 'back',
  { env, ...change }: ColourChange,
): Promise<StartedExecution> {
  const { colours } = await showColours(connection, change.service, env);
  const version = colours.find(({ isLive }) => !isLive)?.version;
  if (version === undefined)
    throw new CommandFailure(`the other colour of ${change.service} in ${env} holds no version that ran there`);
  return direction === 'forward'
    ? await promote(connection, { ...change, to: env, version })
    : await rollback(connection, { ...change, env, to: version });
}

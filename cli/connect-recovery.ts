// The way to the recovery region's part of a deployment: by what the primary region says, or straight to it when that is gone.
import { type Connection, connect } from './connection.ts';
import { CommandFailure } from './output.ts';
import type { Session } from './session.ts';

/** `--region` (or AWS_REGION) with the recovery region asks nothing of the primary one. @throws CommandFailure when there is no recovery stack. */
export async function connectRecovery({ options, connect: open }: Session): Promise<Connection> {
  const here = await open();
  const { region, recoveryRegion } = here.deployment;
  if (recoveryRegion === region) return here;
  if (recoveryRegion === undefined)
    throw new CommandFailure('this deployment does not say where its recovery region is: deploy it again');
  return await connect({ ...options, region: recoveryRegion });
}

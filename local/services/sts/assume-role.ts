// AssumeRole. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
import type { AssumeRoleCommandInput, AssumeRoleResponse } from '@aws-sdk/client-sts';
import { buildSessionArn } from '../../identity/arn.ts';
import type { RoleDirectory } from '../../identity/role-directory.ts';
import type { Sessions } from '../../identity/sessions.ts';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation, type Permission } from '../../runtime/service.ts';

const defaultSeconds = 3_600;
const shortestSeconds = 900;
const longestSeconds = 43_200;

/** The role's trust policy decides, with the caller's own policies where it delegates to the account. */
export function createAssumeRole(context: RuntimeContext, roles: RoleDirectory, sessions: Sessions): Operation {
  return {
    authorize: ({ RoleArn = '' }: AssumeRoleCommandInput): Permission[] => [
      { action: 'sts:AssumeRole', resource: RoleArn },
    ],
    handle: async (input: AssumeRoleCommandInput, call: CallContext): Promise<AssumeRoleResponse> => {
      const { RoleArn = '', RoleSessionName = '', DurationSeconds = defaultSeconds } = input;
      checkInput(RoleSessionName, DurationSeconds);
      const role = roles.findRole(RoleArn);
      if (role === undefined) {
        throw new AwsError(
          'AccessDenied',
          `User: ${call.principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
          { status: 403 },
        );
      }
      const expiresAt = context.clock.now() + DurationSeconds * 1000;
      const credentials = sessions.openUntil(expiresAt, RoleArn, RoleSessionName);
      await context.store.flush();
      return {
        Credentials: {
          AccessKeyId: credentials.accessKeyId,
          SecretAccessKey: credentials.secretAccessKey,
          SessionToken: credentials.sessionToken,
          Expiration: new Date(expiresAt),
        },
        AssumedRoleUser: {
          AssumedRoleId: `${role.id}:${RoleSessionName}`,
          Arn: buildSessionArn(call.accountId, RoleArn, RoleSessionName),
        },
      };
    },
  };
}

function checkInput(sessionName: string, durationSeconds: number): void {
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value '${sessionName}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  }
  if (durationSeconds < shortestSeconds || durationSeconds > longestSeconds) {
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value '${durationSeconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value between ${shortestSeconds} and ${longestSeconds}`,
    );
  }
}

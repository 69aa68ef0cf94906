// GetCallerIdentity. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
import type { GetCallerIdentityCommandInput, GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import type { RoleDirectory } from '../../identity/role-directory.ts';
import type { CallContext, Operation } from '../../runtime/service.ts';

/** Asks for no permission: whoever has credentials may know whose they are, by a presigned URL too. */
export function createGetCallerIdentity(roles: RoleDirectory): Operation {
  return {
    authorize: () => [],
    handle: (_input: GetCallerIdentityCommandInput, { principal }: CallContext): GetCallerIdentityResponse => {
      const role = principal.roleArn === undefined ? undefined : roles.findRole(principal.roleArn);
      const sessionName = principal.arn.split('/').at(-1) ?? '';
      return {
        UserId: role === undefined ? 'AIDAOPERATOR' : `${role.id}:${sessionName}`,
        Account: principal.accountId,
        Arn: principal.arn,
      };
    },
  };
}

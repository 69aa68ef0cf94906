// How each service names a refusal by IAM: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
import { AwsError } from './service.ts';

/** Services whose protocol is REST or Query answer 403; the JSON-RPC ones answer 400. */
const FORBIDDEN_STATUS = 403;
const NAMES: Readonly<Record<string, { code: string; status: number }>> = {
  s3: { code: 'AccessDenied', status: FORBIDDEN_STATUS },
  sts: { code: 'AccessDenied', status: FORBIDDEN_STATUS },
  iam: { code: 'AccessDenied', status: FORBIDDEN_STATUS },
  cloudformation: { code: 'AccessDenied', status: FORBIDDEN_STATUS },
  monitoring: { code: 'AccessDenied', status: FORBIDDEN_STATUS },
  rds: { code: 'AccessDenied', status: FORBIDDEN_STATUS },
  sns: { code: 'AuthorizationError', status: FORBIDDEN_STATUS },
  lambda: { code: 'AccessDeniedException', status: FORBIDDEN_STATUS },
  scheduler: { code: 'AccessDeniedException', status: FORBIDDEN_STATUS },
  eks: { code: 'AccessDeniedException', status: FORBIDDEN_STATUS },
  apigateway: { code: 'AccessDeniedException', status: FORBIDDEN_STATUS },
};

/** The error that the service of that signing name answers; `message` is the authorizer's wording. */
export function buildAccessDenied(signingName: string, message: string): AwsError {
  const { code, status } = NAMES[signingName] ?? { code: 'AccessDeniedException', status: 400 };
  return new AwsError(code, message, { status });
}

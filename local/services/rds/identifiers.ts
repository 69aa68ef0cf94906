// What RDS takes for a name: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html
import { AwsError } from '../../runtime/service.ts';

/** In lower case, as RDS keeps it. Throws AwsError `InvalidParameterValue`. */
export function checkIdentifier(value: string | undefined, member: string): string {
  if (value === undefined || !/^[A-Za-z](?!.*--)[A-Za-z0-9-]{0,253}[A-Za-z0-9]$/.test(value))
    throw new AwsError(
      'InvalidParameterValue',
      `The parameter ${member} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    );
  return value.toLowerCase();
}

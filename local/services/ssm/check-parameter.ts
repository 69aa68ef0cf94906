// What Parameter Store takes as a parameter.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
import { AwsError } from '../../runtime/service.ts';
import { advancedTierLimit, standardTierLimit } from './parameter-table.ts';

/** Throws AwsError for a name or a value that Parameter Store refuses. */
export function checkParameter(parameter: {
  name: string;
  value: string;
  tier: string | undefined;
  allowedPattern: string | undefined;
}): void {
  const { name, value, tier = 'Standard', allowedPattern } = parameter;
  if (!/^[\w./-]{1,2048}$/.test(name) || (name.includes('/') && !name.startsWith('/'))) {
    throw new AwsError(
      'ValidationException',
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  }
  if (/^\/?(aws|ssm)(\/|$)/i.test(name)) {
    throw new AwsError('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
  }
  if (value === '') throw new AwsError('ValidationException', 'Value must have length greater than or equal to 1');
  const limit = tier === 'Advanced' || tier === 'Intelligent-Tiering' ? advancedTierLimit : standardTierLimit;
  if (Buffer.byteLength(value) > limit) {
    throw new AwsError(
      'ValidationException',
      `${limit === standardTierLimit ? 'Standard' : 'Advanced'} tier parameters support a maximum parameter value of ${limit} characters.`,
    );
  }
  if (allowedPattern !== undefined && !new RegExp(allowedPattern).test(value)) {
    throw new AwsError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${allowedPattern}`,
    );
  }
}

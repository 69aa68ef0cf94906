// The execution role of a function, assumed by Lambda on its behalf.
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type Principal } from '../../runtime/service.ts';
import type { FunctionConfiguration } from './function-configuration.ts';

/** Throws AwsError `InvalidParameterValueException` when the role does not trust Lambda. */
export function assumeFunctionRole(context: RuntimeContext, configuration: FunctionConfiguration): Principal {
  const { name, arn, roleArn } = configuration;
  try {
    return context.assumeRole(roleArn, name, context.servicePrincipal('lambda.amazonaws.com', arn));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(
      'InvalidParameterValueException',
      'The role defined for the function cannot be assumed by Lambda.',
      { cause: error },
    );
  }
}

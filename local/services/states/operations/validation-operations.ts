// ValidateStateMachineDefinition: every problem of a definition at once, without creating anything.
import type {
  ValidateStateMachineDefinitionDiagnostic,
  ValidateStateMachineDefinitionInput,
  ValidateStateMachineDefinitionOutput,
} from '@aws-sdk/client-sfn';
import type { Operation } from '../../../runtime/service.ts';
import type { Diagnostic } from '../engine/definition/diagnostics.ts';
import { parseDefinition } from '../engine/definition/parse-definition.ts';

const LARGEST_RESULT = 100;

export function createValidationOperations(): Record<string, Operation> {
  return {
    ValidateStateMachineDefinition: {
      authorize: () => [{ action: 'states:ValidateStateMachineDefinition', resource: '*' }],
      handle: (input: ValidateStateMachineDefinitionInput) => validateDefinition(input),
    },
  };
}

async function validateDefinition(
  input: ValidateStateMachineDefinitionInput,
): Promise<ValidateStateMachineDefinitionOutput> {
  const definition = input.definition ?? '';
  const own = parseDefinition(definition).diagnostics;
  const found = own.length > 0 ? own : await findFurtherProblems(definition);
  const listed = found.filter(({ severity }) => input.severity === 'WARNING' || severity === 'ERROR');
  const maximum = input.maxResults || LARGEST_RESULT;
  const diagnostics: ValidateStateMachineDefinitionDiagnostic[] = listed.slice(0, maximum);
  return {
    result: found.some(({ severity }) => severity === 'ERROR') ? 'FAIL' : 'OK',
    diagnostics,
    truncated: listed.length > maximum,
  };
}

/** What the community's validator knows beyond our own checks. */
async function findFurtherProblems(definition: string): Promise<Diagnostic[]> {
  const { default: validate } = await import('asl-validator');
  const { isValid, errors } = validate(JSON.parse(definition));
  if (isValid) return [];
  return errors.map((problem) => ({
    severity: 'ERROR' as const,
    code: problem['Error code'] ?? 'SCHEMA_VALIDATION_FAILED',
    message: problem.message ?? problem.Message ?? 'the definition is not valid',
    location: problem.instancePath || '/',
  }));
}

// The values of a template's parameters: given ones, else defaults; SSM-typed ones name a parameter that is looked up.
import type { AssemblyStack } from './read-assembly.ts';
import type { TemplateParameter } from './template.ts';

const SSM_TYPE = 'AWS::SSM::Parameter::Value<';
/** What `cdk bootstrap` records of itself; templates only compare it with the version that they need. */
const BOOTSTRAP_VERSION = /^\/cdk-bootstrap\/[^/]+\/version$/;
const BOOTSTRAP_VERSION_HERE = '999';

/** The plain value of each parameter, without looking anything up. Throws for one that has none. */
export function getParameterValues(
  stack: AssemblyStack,
  given: Readonly<Record<string, string>>,
): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [name, parameter] of Object.entries(stack.template.Parameters ?? {})) {
    const value = given[name] ?? stack.parameters[name] ?? parameter.Default;
    if (value === undefined) {
      throw new Error(`parameter "${name}" of stack ${stack.name} has no value and no default: give it one`);
    }
    values.set(
      name,
      isList(parameter)
        ? String(value)
            .split(',')
            .map((item) => item.trim())
        : value,
    );
  }
  return values;
}

/** The same with SSM-typed parameters replaced by what they name. */
export async function resolveParameters(
  stack: AssemblyStack,
  given: Readonly<Record<string, string>>,
  getSsmParameter: (name: string) => Promise<string>,
): Promise<Map<string, unknown>> {
  const values = getParameterValues(stack, given);
  for (const [name, parameter] of Object.entries(stack.template.Parameters ?? {})) {
    if (!parameter.Type.startsWith(SSM_TYPE)) continue;
    const ssmName = String(values.get(name));
    const value = BOOTSTRAP_VERSION.test(ssmName) ? BOOTSTRAP_VERSION_HERE : await getSsmParameter(ssmName);
    values.set(name, parameter.Type.includes('List<') ? value.split(',') : value);
  }
  return values;
}

function isList({ Type: type }: TemplateParameter): boolean {
  return !type.startsWith(SSM_TYPE) && (type === 'CommaDelimitedList' || type.startsWith('List<'));
}

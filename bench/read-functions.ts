// The deployed functions, as the synthesized assembly has them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { functions } from '../contracts/functions.ts';
import { synthesize } from '../scripts/synthesize.ts';

export interface AssembledFunction {
  readonly name: string;
  /** The folder with the bundle. */
  readonly directory: string;
  /** Functions that only decide have no client of AWS, GitHub or a cluster, and are held to a tighter aim. */
  readonly onlyDecides: boolean;
}

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: { FunctionName?: string; Code?: { S3Key?: string } } }>
  >;
}

/** Where the assembly is; synthesizes when the sources have changed. */
export function findAssembly(): string {
  return synthesize().directory;
}

/** The functions of our own, in the order of the contracts. @throws when one is not in the assembly. */
export function readFunctions(assembly = findAssembly()): AssembledFunction[] {
  const template = JSON.parse(readFileSync(join(assembly, 'pyairtable-automation.template.json'), 'utf8')) as Template;
  const deployed = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  return Object.entries(functions).map(([name, { uses }]) => {
    const found = deployed.find(({ Properties }) => Properties.FunctionName?.endsWith(`-${name}`));
    const asset = found?.Properties.Code?.S3Key?.replace(/\.zip$/, '');
    if (asset === undefined) throw new Error(`the assembly has no function ${name}`);
    const onlyDecides = uses.every((capability) => capability === 'configuration');
    return { name, directory: join(assembly, `asset.${asset}`), onlyDecides };
  });
}

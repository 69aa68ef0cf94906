// Reads a cloud assembly (`cdk.out`): its stacks with their templates, in the order in which they depend on each other.
// https://github.com/aws/aws-cdk-cli/tree/main/packages/%40aws-cdk/cloud-assembly-schema
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { orderByDependencies } from './order-by-dependencies.ts';
import type { Template } from './template.ts';

export interface AssemblyStack {
  readonly artifactId: string;
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  /** Absolute; paths of assets are relative to it. */
  readonly assemblyDirectory: string;
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string>>;
  /** Artifact ids of stacks that come first. */
  readonly dependencies: readonly string[];
}

interface Manifest {
  readonly artifacts?: Readonly<Record<string, Artifact>>;
}
interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly dependencies?: readonly string[];
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly directoryName?: string;
    readonly parameters?: Readonly<Record<string, string>>;
  };
}

const ENVIRONMENT = /^aws:\/\/([^/]+)\/(.+)$/;

/** Where a stack runs that does not say so itself. */
export interface DefaultEnvironment {
  readonly accountId: string;
  readonly region: string;
}

/** All stacks, those of nested assemblies (stages) too. Throws when the folder holds no cloud assembly. */
export function readAssembly(directory: string, environment: DefaultEnvironment): AssemblyStack[] {
  const stacks = collectStacks(resolve(directory), environment, []);
  if (stacks.length === 0)
    throw new Error(`the cloud assembly in ${directory} has no stacks: synthesize an app with at least one`);
  const byId = new Map(stacks.map((stack) => [stack.artifactId, stack]));
  return orderByDependencies([...byId.keys()], (id) => byId.get(id)?.dependencies ?? [], 'stacks').map(
    (id) => byId.get(id) as AssemblyStack,
  );
}

function collectStacks(
  directory: string,
  environment: DefaultEnvironment,
  inherited: readonly string[],
): AssemblyStack[] {
  const artifacts = Object.entries(readManifest(directory).artifacts ?? {});
  const stackIds = (ids: readonly string[] = []) => [...inherited, ...ids];
  return artifacts.flatMap(([artifactId, artifact]) => {
    const { properties = {}, dependencies } = artifact;
    if (artifact.type === 'cdk:cloud-assembly') {
      return collectStacks(
        join(directory, properties.directoryName ?? artifactId),
        environment,
        stackIds(dependencies),
      );
    }
    if (artifact.type !== 'aws:cloudformation:stack') return [];
    return [
      {
        artifactId,
        name: properties.stackName ?? artifactId,
        ...parseEnvironment(artifact.environment, environment),
        assemblyDirectory: directory,
        template: readTemplate(join(directory, properties.templateFile ?? `${artifactId}.template.json`)),
        parameters: properties.parameters ?? {},
        dependencies: stackIds(dependencies),
      },
    ];
  });
}

function readManifest(directory: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Manifest;
  } catch (cause) {
    throw new Error(`no cloud assembly in ${directory}: run \`cdk synth\` first (${(cause as Error).message})`, {
      cause,
    });
  }
}

/** Reads a template file of an assembly. */
export function readTemplate(path: string): Template {
  return JSON.parse(readFileSync(path, 'utf8')) as Template;
}

function parseEnvironment(environment: string | undefined, fallback: DefaultEnvironment): DefaultEnvironment {
  const [, account = 'unknown-account', region = 'unknown-region'] = ENVIRONMENT.exec(environment ?? '') ?? [];
  return {
    accountId: account === 'unknown-account' ? fallback.accountId : account,
    region: region === 'unknown-region' ? fallback.region : region,
  };
}

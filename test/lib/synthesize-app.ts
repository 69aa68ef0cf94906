// The templates of the real app, synthesized with the real configuration and bundles, once for all test files.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { loadConfiguration } from '../../config/load-configuration.ts';
import type { Configuration } from '../../config/schema.ts';
import { prepareAssembly } from '../prepare-assembly.ts';

export interface SynthesizedApp {
  readonly configuration: Configuration;
  readonly automation: Template;
  readonly alarms: Template;
  readonly access: Template;
  readonly recovery: Template;
  /** What of the recovery region enters the clusters of the primary one. */
  readonly homeAccess: Template;
}

export function synthesizeApp(): SynthesizedApp {
  const assembly = prepareAssembly();
  const configuration = loadConfiguration(new URL('../../config/pyairtable.yaml', import.meta.url).pathname);
  const read = (stack: string): Template =>
    Template.fromJSON(JSON.parse(readFileSync(join(assembly, `${stack}.template.json`), 'utf8')));
  return {
    configuration,
    automation: read(`${configuration.application}-automation`),
    alarms: read(`${configuration.application}-automation-alarms`),
    access: read(`${configuration.application}-automation-access`),
    recovery: read(`${configuration.application}-automation-recovery`),
    homeAccess: read(`${configuration.application}-automation-recovery-access`),
  };
}

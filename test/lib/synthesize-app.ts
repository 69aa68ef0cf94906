// Synthesizes the real app once for a test file: real configuration, real bundles.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { loadConfiguration } from '../../config/load-configuration.ts';
import type { Configuration } from '../../config/schema.ts';
import { addStacks } from '../../lib/stacks/add-stacks.ts';

const root = new URL('../..', import.meta.url);

export interface SynthesizedApp {
  readonly app: App;
  readonly configuration: Configuration;
  readonly automation: Template;
  readonly recovery: Template;
}

export function buildApp(): { app: App; configuration: Configuration; stacks: ReturnType<typeof addStacks> } {
  const { context } = JSON.parse(readFileSync(new URL('cdk.json', root), 'utf8'));
  const app = new App({ context, outdir: mkdtempSync(join(tmpdir(), 'assembly-')) });
  const configuration = loadConfiguration(new URL('config/pyairtable.yaml', root).pathname);
  return { app, configuration, stacks: addStacks(app, configuration) };
}

export function synthesizeApp(): SynthesizedApp {
  const { app, configuration, stacks } = buildApp();
  return {
    app,
    configuration,
    automation: Template.fromStack(stacks.automation),
    recovery: Template.fromStack(stacks.recovery),
  };
}

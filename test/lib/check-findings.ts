// Synthesizes the app, or one careless queue, under the rules of AWS Solutions and prints what they find:
// `node check-findings.ts [careless]`.
// A program of its own, because Jest's virtual machines take several times as long for the CDK.
import { readFileSync } from 'node:fs';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { loadConfiguration } from '../../config/load-configuration.ts';
import { addStacks } from '../../lib/stacks/add-stacks.ts';

const root = new URL('../..', import.meta.url);
const { context } = JSON.parse(readFileSync(new URL('cdk.json', root), 'utf8'));
const app = new App({ context, autoSynth: false });
if (process.argv[2] === 'careless') new Queue(new Stack(app, 'Careless'), 'Queue');
else addStacks(app, loadConfiguration(new URL('config/pyairtable.yaml', root).pathname));
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
try {
  app.synth();
} catch (error) {
  process.stdout.write(error instanceof Error ? error.message : String(error));
}

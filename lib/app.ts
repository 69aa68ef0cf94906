// The CDK app: `cdk synth` runs this file. It only reads the configuration and composes the stacks.
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { loadConfiguration } from '../config/load-configuration.ts';
import { addStacks } from './stacks/add-stacks.ts';

const app = new App();
const file: string =
  app.node.tryGetContext('configuration') ?? fileURLToPath(new URL('../config/pyairtable.yaml', import.meta.url));
addStacks(app, loadConfiguration(file));
app.synth();

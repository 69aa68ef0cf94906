// Synthesizes the CDK app into cdk.out, as before a deployment: with the CDK's checks, whose warnings it shows.
import { synthesize } from './synthesize.ts';

const { directory, fresh, milliseconds } = synthesize({ force: true, validate: true });
console.log(`${fresh ? 'synthesized' : 'up to date:'} ${directory} in ${milliseconds} ms`);

// Synthesizes the CDK app into cdk.out, unless nothing that it is made of has changed since.
import { synthesize } from './synthesize.ts';

const { directory, fresh, milliseconds } = synthesize({ force: true });
console.log(`${fresh ? 'synthesized' : 'up to date:'} ${directory} in ${milliseconds} ms`);

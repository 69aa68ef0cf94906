// The configuration as the stack validated it: a file beside the bundle.
import { readFileSync } from 'node:fs';
import type { Configuration } from '../../config/schema.ts';

let configuration: Configuration | undefined;

/** Reads `configuration.json` beside the running code, once. It was validated when the stack was synthesized. */
export function readConfiguration(): Configuration {
  configuration ??= JSON.parse(readFileSync(new URL('./configuration.json', import.meta.url), 'utf8')) as Configuration;
  return configuration;
}

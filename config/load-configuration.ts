// Reads the configuration file and reports everything that is wrong with it at once.
import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import type { z } from 'zod';
import { type Configuration, configurationSchema } from './schema.ts';

/** Lists every problem of a configuration file, each with the path of the key and what is allowed there. */
export class ConfigurationError extends Error {
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[]) {
    super(
      `${file} has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}

/** Parses YAML text into a valid configuration. @throws ConfigurationError naming all problems together. */
export function parseConfiguration(yaml: string, file = 'configuration'): Configuration {
  const result = configurationSchema.safeParse(parseYaml(yaml, file), { reportInput: true });
  if (result.success) return result.data;
  throw new ConfigurationError(file, result.error.issues.map(describeIssue));
}

/** Loads the file. @throws ConfigurationError, or the file system's error when it cannot be read. */
export function loadConfiguration(file: string): Configuration {
  return parseConfiguration(readFileSync(file, 'utf8'), file);
}

function parseYaml(yaml: string, file: string): unknown {
  try {
    return parse(yaml, { uniqueKeys: true });
  } catch (error) {
    if (error instanceof YAMLParseError) throw new ConfigurationError(file, [error.message]);
    throw error;
  }
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.') || '(top level)';
  return `${path}: ${allowed(issue)}${got(issue)}`;
}

function allowed(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `unknown key ${issue.keys.join(', ')}: remove it or correct its spelling`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_type' && issue.input === undefined) return `is required (${issue.expected})`;
  return issue.message;
}

function got(issue: z.core.$ZodIssue): string {
  const { input } = issue;
  return typeof input === 'string' || typeof input === 'number' || typeof input === 'boolean'
    ? ` (got ${JSON.stringify(input)})`
    : '';
}

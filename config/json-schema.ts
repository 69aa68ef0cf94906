// The configuration's JSON Schema (draft 2020-12), derived from the zod schema.
import { z } from 'zod';
import { configurationSchema } from './schema.ts';

/** What editors load through the `yaml-language-server` comment of a configuration file. */
export function configurationJsonSchema(): object {
  return z.toJSONSchema(configurationSchema, { io: 'input', unrepresentable: 'any' });
}

// Writes the configuration's JSON Schema, from which editors complete and check config/*.yaml.
import { writeFileSync } from 'node:fs';
import { configurationJsonSchema } from '../config/json-schema.ts';

const file = new URL('../config/configuration.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`);

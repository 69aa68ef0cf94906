// A Map's ItemReader: items from an object in S3, or the list of objects itself.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
import type { ItemReader } from '../definition/state-machine.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { StateFailure } from '../state-failure.ts';
import type { Thread } from '../thread.ts';
import { parseCsv } from './csv.ts';
import { callIntegration } from './map-integration.ts';

const GET_OBJECT = 'arn:aws:states:::aws-sdk:s3:getObject';
const LIST_OBJECTS = 'arn:aws:states:::aws-sdk:s3:listObjectsV2';

/** The items. Throws States.ItemReaderFailed when they cannot be read. */
export async function readItems(reader: ItemReader, thread: Thread): Promise<Json> {
  const args = reader.arguments ? await thread.evaluateOne(reader.arguments) : {};
  const maximum = reader.maxItems ? await thread.evaluateOne(reader.maxItems) : undefined;
  try {
    const items = reader.resource.endsWith(':listObjectsV2')
      ? await listObjects(args, thread)
      : parseObject(reader, await readObject(args, thread));
    return typeof maximum === 'number' && maximum > 0 && Array.isArray(items) ? items.slice(0, maximum) : items;
  } catch (error) {
    const cause = error instanceof StateFailure ? (error.cause ?? error.error) : (error as Error).message;
    throw new StateFailure('States.ItemReaderFailed', cause);
  }
}

async function readObject(args: Json, thread: Thread): Promise<string> {
  const answer = await callIntegration(GET_OBJECT, args, thread);
  return String(answer.Body ?? '');
}

async function listObjects(args: Json, thread: Thread): Promise<Json> {
  const objects: Json[] = [];
  let token: Json | undefined;
  do {
    const page: JsonObject = await callIntegration(
      LIST_OBJECTS,
      { ...(args as JsonObject), ...(token === undefined ? {} : { ContinuationToken: token }) },
      thread,
    );
    objects.push(...((page.Contents ?? []) as readonly Json[]));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return objects;
}

function parseObject(reader: ItemReader, text: string): Json {
  switch (reader.inputType) {
    case 'JSONL':
      return text
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '')
        .map((line) => JSON.parse(line) as Json);
    case 'CSV':
      return parseCsv(text, {
        delimiter: CSV_DELIMITERS[reader.csvDelimiter ?? 'COMMA'] ?? ',',
        ...(reader.csvHeaderLocation === 'GIVEN' ? { headers: reader.csvHeaders ?? [] } : {}),
      });
    case 'MANIFEST':
      throw new StateFailure(
        'States.ItemReaderFailed',
        'the input type MANIFEST is not supported: use CSV, JSON or JSONL',
      );
    default: {
      const value = JSON.parse(text) as Json;
      if (Array.isArray(value) || isJsonObject(value)) return value;
      throw new StateFailure('States.ItemReaderFailed', 'the object must hold a JSON array or object');
    }
  }
}

const CSV_DELIMITERS: Readonly<Record<string, string>> = {
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  SPACE: ' ',
  TAB: '\t',
};

// Parses one state, whatever its type.
import { JSONPATH_FIELDS, STATE_FIELDS } from './state-fields.ts';
import type { ItemReader, MapState, State, StateMachine, StateType } from './state-machine.ts';
import { defined, isRawObject, type RawObject, type StateReader } from './state-reader.ts';

/** Parses a nested machine: a branch of a Parallel or the processor of a Map. */
export type ParseNested = (raw: unknown, location: string) => StateMachine;

/** Parses a state; problems are noted with the reader, and undefined is given when the type is unknown. */
export function parseState(reader: StateReader, nested: ParseNested): State | undefined {
  const type = reader.raw.Type;
  if (typeof type !== 'string' || !Object.hasOwn(STATE_FIELDS, type)) {
    reader.error(
      'SCHEMA_VALIDATION_FAILED',
      `Value should be one of the following: [${Object.keys(STATE_FIELDS).join(', ')}]`,
      'Type',
    );
    return undefined;
  }
  checkFields(reader, type as StateType);
  return defined(parseByType(type as StateType, reader, nested)) as State;
}

function checkFields(reader: StateReader, type: StateType): void {
  for (const field of Object.keys(reader.raw)) {
    if (STATE_FIELDS[type].has(field)) continue;
    if (JSONPATH_FIELDS.has(field)) {
      reader.error(
        'SCHEMA_VALIDATION_FAILED',
        `The QueryLanguage is set to 'JSONata', but field '${field}' is only supported for the 'JSONPath' QueryLanguage`,
      );
    } else {
      reader.error('SCHEMA_VALIDATION_FAILED', `Field '${field}' is not supported`);
    }
  }
}

function parseByType(type: StateType, reader: StateReader, nested: ParseNested): State {
  const { name, raw } = reader;
  switch (type) {
    case 'Pass':
      return { type, name, ...common(reader), ...reader.flow() };
    case 'Succeed':
      return { type, name, ...reader.flow() };
    case 'Fail':
      return defined({ type, name, error: reader.template('Error'), failureCause: reader.template('Cause') }) as State;
    case 'Wait':
      return parseWait(reader);
    case 'Choice':
      return parseChoice(reader);
    case 'Task':
      return defined({
        type,
        name,
        ...common(reader),
        ...reader.flow('result'),
        resource: reader.text('Resource'),
        arguments: reader.template('Arguments'),
        timeoutSeconds: reader.number('TimeoutSeconds', 1, 99_999_999),
        heartbeatSeconds: reader.number('HeartbeatSeconds', 1, 99_999_999),
        credentials: reader.template('Credentials'),
        retry: reader.retriers(),
        catch: reader.catchers(),
      }) as State;
    case 'Parallel':
      return defined({
        type,
        name,
        ...common(reader),
        ...reader.flow('result'),
        arguments: reader.template('Arguments'),
        branches: reader
          .objects('Branches', true)
          .map((branch, index) => nested(branch, `${reader.location}/Branches[${index}]`)),
        retry: reader.retriers(),
        catch: reader.catchers(),
      }) as State;
    case 'Map':
      return parseMap(reader, raw, nested);
  }
}

function common(reader: StateReader): { next?: string } {
  const next = reader.next();
  return next === undefined ? {} : { next };
}

function parseWait(reader: StateReader): State {
  const seconds = reader.number('Seconds', 0, 99_999_999);
  const timestamp = reader.template('Timestamp');
  if ((seconds === undefined) === (timestamp === undefined)) {
    reader.error('SCHEMA_VALIDATION_FAILED', "Exactly one of the fields 'Seconds' and 'Timestamp' is required");
  }
  return defined({
    type: 'Wait',
    name: reader.name,
    ...common(reader),
    ...reader.flow(),
    seconds,
    timestamp,
  }) as State;
}

function parseChoice(reader: StateReader): State {
  const choices = reader.objects('Choices', true).map((raw, index) => {
    const place = `Choices[${index}]`;
    const condition = reader.templateOf(raw.Condition, `${place}/Condition`);
    if (typeof raw.Next !== 'string' || !condition) {
      reader.error('SCHEMA_VALIDATION_FAILED', "The fields 'Condition' and 'Next' are required", place);
    }
    return {
      condition: condition ?? { expressions: [], build: () => false },
      next: String(raw.Next),
      ...reader.flowOf(raw, `${place}/`, 'neither'),
    };
  });
  const otherwise = reader.raw.Default;
  return defined({
    type: 'Choice',
    name: reader.name,
    ...reader.flow(),
    choices,
    default: typeof otherwise === 'string' ? otherwise : undefined,
  }) as State;
}

function parseMap(reader: StateReader, raw: RawObject, nested: ParseNested): State {
  const processor = isRawObject(raw.ItemProcessor) ? raw.ItemProcessor : undefined;
  if (!processor) reader.error('SCHEMA_VALIDATION_FAILED', "Missing required field 'ItemProcessor'");
  const { ProcessorConfig: configuration, ...machine } = processor ?? {};
  const mode = isRawObject(configuration) ? (configuration.Mode ?? 'INLINE') : 'INLINE';
  if (mode !== 'INLINE' && mode !== 'DISTRIBUTED') {
    reader.error(
      'SCHEMA_VALIDATION_FAILED',
      'Value should be one of the following: [INLINE, DISTRIBUTED]',
      'ItemProcessor/ProcessorConfig/Mode',
    );
  }
  for (const field of ['ItemReader', 'ItemBatcher', 'ResultWriter']) {
    if (mode === 'INLINE' && raw[field] !== undefined) {
      reader.error('SCHEMA_VALIDATION_FAILED', `Field '${field}' is only supported in the DISTRIBUTED mode`, field);
    }
  }
  const state: MapState = defined({
    type: 'Map' as const,
    name: reader.name,
    ...common(reader),
    ...reader.flow('result'),
    isDistributed: mode === 'DISTRIBUTED',
    processor: nested(machine, `${reader.location}/ItemProcessor`),
    label: typeof raw.Label === 'string' ? raw.Label : undefined,
    items: reader.template('Items'),
    itemSelector: reader.template('ItemSelector'),
    maxConcurrency: reader.number('MaxConcurrency', 0),
    toleratedFailureCount: reader.number('ToleratedFailureCount', 0),
    toleratedFailurePercentage: reader.number('ToleratedFailurePercentage', 0, 100),
    itemBatcher: parseItemBatcher(reader, raw.ItemBatcher),
    itemReader: parseItemReader(reader, raw.ItemReader),
    resultWriter: parseResultWriter(reader, raw.ResultWriter),
    retry: reader.retriers(),
    catch: reader.catchers(),
  }) as MapState;
  return state;
}

function parseItemBatcher(reader: StateReader, raw: unknown): MapState['itemBatcher'] {
  if (!isRawObject(raw)) return undefined;
  if (raw.MaxItemsPerBatch === undefined && raw.MaxInputBytesPerBatch === undefined) {
    reader.error(
      'SCHEMA_VALIDATION_FAILED',
      "At least one of the fields 'MaxItemsPerBatch' and 'MaxInputBytesPerBatch' is required",
      'ItemBatcher',
    );
  }
  return defined({
    maxItemsPerBatch: reader.templateOf(raw.MaxItemsPerBatch, 'ItemBatcher/MaxItemsPerBatch'),
    maxInputBytesPerBatch: reader.templateOf(raw.MaxInputBytesPerBatch, 'ItemBatcher/MaxInputBytesPerBatch'),
    batchInput: reader.templateOf(raw.BatchInput, 'ItemBatcher/BatchInput'),
  });
}

function parseItemReader(reader: StateReader, raw: unknown): MapState['itemReader'] {
  if (!isRawObject(raw)) return undefined;
  const configuration = isRawObject(raw.ReaderConfig) ? raw.ReaderConfig : {};
  const resource = String(raw.Resource);
  if (!/^arn:[^:]+:states:::s3:(getObject|listObjectsV2)$/.test(resource)) {
    reader.error(
      'SCHEMA_VALIDATION_FAILED',
      `'${resource}' is not a reader: use arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2`,
      'ItemReader/Resource',
    );
  }
  return defined({
    resource,
    arguments: reader.templateOf(raw.Arguments, 'ItemReader/Arguments'),
    inputType: configuration.InputType as string | undefined,
    csvHeaderLocation: configuration.CSVHeaderLocation as string | undefined,
    csvHeaders: configuration.CSVHeaders as string[] | undefined,
    csvDelimiter: configuration.CSVDelimiter as string | undefined,
    maxItems: reader.templateOf(configuration.MaxItems, 'ItemReader/ReaderConfig/MaxItems'),
  }) as ItemReader;
}

function parseResultWriter(reader: StateReader, raw: unknown): MapState['resultWriter'] {
  if (!isRawObject(raw)) return undefined;
  const configuration = isRawObject(raw.WriterConfig) ? raw.WriterConfig : {};
  return defined({
    resource: raw.Resource as string | undefined,
    arguments: reader.templateOf(raw.Arguments, 'ResultWriter/Arguments'),
    transformation: configuration.Transformation as string | undefined,
    outputType: configuration.OutputType as string | undefined,
  });
}

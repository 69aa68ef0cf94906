// The shapes of inputs and outputs, compiled once from the SDK's schemas into what the codecs walk quickly.
import { NormalizedSchema } from '@smithy/core/schema';

/** How a timestamp is written; `default` leaves it to the protocol and the place. */
export type TimestampFormat = 'default' | 'date-time' | 'http-date' | 'epoch-seconds';

export type ScalarKind =
  | 'string'
  | 'number'
  | 'boolean'
  | 'blob'
  | 'timestamp'
  | 'big-integer'
  | 'big-decimal'
  | 'document';

export interface ScalarShape {
  readonly kind: ScalarKind;
  /** Of a blob: handed over as a stream. */
  readonly isStreaming: boolean;
  readonly timestampFormat: TimestampFormat;
}
export interface ListShape {
  readonly kind: 'list';
  readonly item: Member;
  readonly isSparse: boolean;
}
export interface MapShape {
  readonly kind: 'map';
  readonly key: Member;
  readonly value: Member;
  readonly isSparse: boolean;
}
export interface StructureShape {
  readonly kind: 'structure';
  readonly name: string;
  readonly namespace: string;
  readonly isUnion: boolean;
  readonly traits: Traits;
  readonly members: readonly Member[];
  readonly required: ReadonlySet<string>;
}
export type Shape = ScalarShape | ListShape | MapShape | StructureShape;

/** A named place that holds a value of some shape, with the traits that bind it to the wire. */
export interface Member {
  readonly name: string;
  readonly shape: Shape;
  readonly traits: Traits;
}

/** The traits that the protocols look at; https://smithy.io/2.0/spec/http-bindings.html and xml-bindings. */
export interface Traits {
  readonly httpLabel?: unknown;
  readonly httpQuery?: string;
  readonly httpQueryParams?: unknown;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: unknown;
  readonly httpResponseCode?: unknown;
  readonly jsonName?: string;
  readonly xmlName?: string;
  readonly xmlFlattened?: unknown;
  readonly xmlAttribute?: unknown;
  readonly xmlNamespace?: readonly [prefix: string | undefined, uri: string];
  readonly error?: 'client' | 'server';
  readonly httpError?: number;
  readonly awsQueryError?: readonly [code: string, status: number];
}

const EMPTY: StructureShape = {
  kind: 'structure',
  name: 'Unit',
  namespace: 'smithy.api',
  isUnion: false,
  traits: {},
  members: [],
  required: new Set(),
};

/** Index in a structure's schema of the count of required members, which come first. */
const REQUIRED_COUNT = 6;

/** Compiles schemas of one client module; recursive shapes are shared. */
export class ShapeCompiler {
  readonly #structures = new Map<unknown, StructureShape>();

  /** The shape of an operation's input, output or error; a unit schema becomes a structure without members. */
  compileStructure(schema: unknown): StructureShape {
    const shape = this.#compile(NormalizedSchema.of(schema as never));
    return shape.kind === 'structure' ? shape : EMPTY;
  }

  #compile(schema: NormalizedSchema): Shape {
    if (schema.isUnitSchema()) return EMPTY;
    if (schema.isStructSchema()) return this.#compileStructure(schema);
    if (schema.isListSchema()) {
      const item = this.#compileMember('member', schema.getValueSchema());
      return { kind: 'list', item, isSparse: isSparse(schema) };
    }
    if (schema.isMapSchema()) {
      const key = this.#compileMember('key', schema.getKeySchema());
      const value = this.#compileMember('value', schema.getValueSchema());
      return { kind: 'map', key, value, isSparse: isSparse(schema) };
    }
    return {
      kind: findScalarKind(schema),
      isStreaming: schema.isStreaming(),
      timestampFormat: findTimestampFormat(schema),
    };
  }

  #compileStructure(schema: NormalizedSchema): StructureShape {
    const raw = schema.getSchema() as unknown as readonly unknown[];
    const known = this.#structures.get(raw);
    if (known) return known;
    const members: Member[] = [];
    const names = raw[4] as readonly string[];
    const shape: StructureShape = {
      kind: 'structure',
      name: schema.getName() ?? '',
      namespace: String(raw[1]),
      isUnion: schema.isUnionSchema(),
      traits: schema.getOwnTraits() as Traits,
      members,
      required: new Set(names.slice(0, (raw[REQUIRED_COUNT] as number | undefined) ?? 0)),
    };
    this.#structures.set(raw, shape);
    for (const [name, member] of schema.structIterator()) members.push(this.#compileMember(name, member));
    return shape;
  }

  #compileMember(name: string, schema: NormalizedSchema): Member {
    return { name, shape: this.#compile(schema), traits: schema.getMergedTraits() as Traits };
  }
}

function isSparse(schema: NormalizedSchema): boolean {
  return Boolean((schema.getMergedTraits() as { sparse?: unknown }).sparse);
}

function findScalarKind(schema: NormalizedSchema): ScalarKind {
  if (schema.isStringSchema()) return 'string';
  if (schema.isNumericSchema()) return 'number';
  if (schema.isBooleanSchema()) return 'boolean';
  if (schema.isBlobSchema()) return 'blob';
  if (schema.isTimestampSchema()) return 'timestamp';
  if (schema.isBigIntegerSchema()) return 'big-integer';
  if (schema.isBigDecimalSchema()) return 'big-decimal';
  return 'document';
}

function findTimestampFormat(schema: NormalizedSchema): TimestampFormat {
  // The number of a timestamp's schema carries its format.
  switch (schema.getSchema()) {
    case 5:
      return 'date-time';
    case 6:
      return 'http-date';
    case 7:
      return 'epoch-seconds';
    default:
      return 'default';
  }
}

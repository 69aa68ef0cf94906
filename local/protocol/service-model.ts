// What an SDK client module says about its service's wire protocol: operations, errors, names; read once per service.
import type { AwsService } from '../runtime/service.ts';
import { ShapeCompiler, type StructureShape } from './shape.ts';

/** Which protocol the SDK itself speaks to the service. */
export type ServiceProtocol = 'json' | 'rest-json' | 'rest-xml' | 'query';

export interface HttpTrait {
  readonly method: string;
  /** Template, e.g. `/functions/{FunctionName}?x-id=…`. */
  readonly uri: string;
  readonly status: number;
}

export interface OperationModel {
  readonly name: string;
  readonly input: StructureShape;
  readonly output: StructureShape;
  /** Of operations of REST services. */
  readonly http?: HttpTrait;
}

export interface ServiceModel {
  readonly service: AwsService;
  readonly protocol: ServiceProtocol;
  readonly jsonVersion: '1.0' | '1.1';
  readonly xmlNamespace: string;
  /** True when clients of the older Query protocol may speak to the JSON service (SQS). */
  readonly isQueryCompatible: boolean;
  readonly operations: ReadonlyMap<string, OperationModel>;
  /** By the error's shape name. */
  readonly errors: ReadonlyMap<string, StructureShape>;
}

/** First element of the SDK's schema arrays. */
const OPERATION_SCHEMA = 9;
const ERROR_SCHEMA = -3;

interface ProtocolSettings {
  readonly xmlNamespace?: string;
  readonly awsQueryCompatible?: boolean;
}
type SdkClient = new (
  configuration: object,
) => {
  readonly config: {
    readonly protocol: { getShapeId(): string };
    readonly protocolSettings: ProtocolSettings;
  };
};

/** Throws when the module is no client of the AWS SDK v3 with schemas, or speaks a protocol that is not known here. */
export async function loadServiceModel(service: AwsService): Promise<ServiceModel> {
  const sdk = await service.loadSdk();
  const Client = findClient(sdk);
  if (!Client) throw new Error(`the SDK module of ${service.id} exports no client with schemas`);
  const { config } = new Client({ region: 'us-east-1', credentials: { accessKeyId: 'none', secretAccessKey: 'none' } });
  const shapeId = config.protocol.getShapeId();
  const compiler = new ShapeCompiler();
  const operations = new Map<string, OperationModel>();
  const errors = new Map<string, StructureShape>();
  for (const exported of Object.values(sdk)) {
    if (!Array.isArray(exported)) continue;
    const [kind, , name, traits, input, output] = exported;
    if (kind === OPERATION_SCHEMA) operations.set(name, buildOperation(compiler, name, traits, input, output));
    if (kind === ERROR_SCHEMA) errors.set(name, compiler.compileStructure(exported));
  }
  return {
    service,
    protocol: parseProtocol(service, shapeId),
    jsonVersion: shapeId.endsWith('1_1') ? '1.1' : '1.0',
    xmlNamespace: config.protocolSettings.xmlNamespace ?? '',
    isQueryCompatible: config.protocolSettings.awsQueryCompatible ?? false,
    operations,
    errors,
  };
}

function findClient(sdk: Readonly<Record<string, unknown>>): SdkClient | undefined {
  const name = Object.keys(sdk).find((key) => key.endsWith('Client') && !key.startsWith('_'));
  return name === undefined ? undefined : (sdk[name] as SdkClient);
}

function buildOperation(
  compiler: ShapeCompiler,
  name: string,
  traits: { http?: [method: string, uri: string, status: number] } | number,
  input: unknown,
  output: unknown,
): OperationModel {
  const http = typeof traits === 'object' ? traits.http : undefined;
  return {
    name,
    input: compiler.compileStructure(input),
    output: compiler.compileStructure(output),
    ...(http && { http: { method: http[0], uri: http[1], status: http[2] } }),
  };
}

function parseProtocol(service: AwsService, shapeId: string): ServiceProtocol {
  switch (shapeId) {
    case 'aws.protocols#awsJson1_0':
    case 'aws.protocols#awsJson1_1':
      return 'json';
    case 'aws.protocols#restJson1':
      return 'rest-json';
    case 'aws.protocols#restXml':
      return 'rest-xml';
    case 'aws.protocols#awsQuery':
      return 'query';
    default:
      throw new Error(`the SDK client of ${service.id} speaks ${shapeId}, which this runtime does not`);
  }
}

// What an emulated AWS service is: operations over the SDK's own shapes, each saying which permissions it needs.

/** Who makes a call. */
export interface Principal {
  /**
   * `operator`: a person or tool outside the assembly: allowed everything.
   * `role`: an assumed IAM role of the assembly: its policies are enforced.
   * `service`: an AWS service acting by itself (e.g. EventBridge invoking a function): resource policies are enforced.
   */
  readonly kind: 'operator' | 'role' | 'service';
  /** `arn:aws:sts::…:assumed-role/<role>/<session>`, `arn:aws:iam::…:user/operator` or `events.amazonaws.com`. */
  readonly arn: string;
  readonly accountId: string;
  /** Of a role. */
  readonly roleArn?: string;
  /** Of a service: the resource on whose behalf it calls (aws:SourceArn). */
  readonly sourceArn?: string;
}

/** Whoever runs the machine: a person, or a tool that acts for one. */
export function operatorOf({ accountId }: { readonly accountId: string }): Principal {
  return { kind: 'operator', arn: `arn:aws:iam::${accountId}:user/operator`, accountId };
}

export interface CallContext {
  readonly principal: Principal;
  readonly region: string;
  readonly accountId: string;
  readonly requestId: string;
  /** Aborted when the caller went away. */
  readonly signal?: AbortSignal;
}

/** One thing a call must be allowed to do; `context` holds IAM condition keys beyond the global ones. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Inputs and outputs have the SDK's shapes (e.g. `PutItemCommandInput`): the protocol layer has decoded the wire format.
 * Streaming bodies arrive as a Node Readable (with `trailers` once an aws-chunked one has ended) and may leave as a
 * Readable or bytes. An output may set its HTTP status as the SDK reports it, `$metadata: { httpStatusCode: 206 }`;
 * an error of a REST service may add response headers by `details.$headers`.
 */
export interface Operation {
  /** The permissions the call needs, checked before `handle`. `[]` for calls that IAM does not guard (e.g. STS GetCallerIdentity). */
  authorize(input: never, call: CallContext): readonly Permission[];
  /** Throws AwsError for a refusal. Must not answer before what it accepted is durable. */
  handle(input: never, call: CallContext): Promise<object> | object;
  /** True for an operation that may wait in virtual time (long polling, a synchronous execution): the clock may move on meanwhile. */
  readonly waitsOnClock?: boolean;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: readonly PolicyStatement[] | PolicyStatement;
}
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly NotPrincipal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | boolean | number | readonly string[]>>>
  >;
}

export interface AwsService {
  /** The name in `arn:aws:states:::aws-sdk:<id>:<operation>`: `dynamodb`, `s3`, `sfn`, `eventbridge`, `sqs`, `secretsmanager` … */
  readonly id: string;
  /** The SigV4 scope by which a request names the service: `states`, `events`, `monitoring`, `logs` … */
  readonly signingName: string;
  /** Loads the SDK client module whose exported schemas describe the wire protocol; called on the first request only. */
  loadSdk(): Promise<Readonly<Record<string, unknown>>>;
  /** By operation name as in the API reference (`PutItem`). An absent one answers AWS's unknown-operation error. */
  readonly operations: Readonly<Record<string, Operation>>;
  /** The policy attached to a resource of this service (bucket, queue, key, function), if any. */
  resourcePolicy?(resourceArn: string): PolicyDocument | undefined;
  /** IAM condition keys that a resource of this service has by itself, such as `kms:ResourceAliases`. */
  resourceContext?(resourceArn: string): NonNullable<Permission['context']>;
  /** Called once after all resources exist and before requests are served: resume what a crash interrupted. */
  start?(): Promise<void>;
  /** Lets work in flight reach a safe point and frees sockets, timers and processes. */
  stop?(): Promise<void>;
}

/** An error as AWS answers it; `code` is the documented error name (`ResourceNotFoundException`). */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further modelled members of the error shape, e.g. `CancellationReasons`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: { status?: number; details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = code;
    this.code = code;
    this.status = options.status ?? 400;
    this.details = options.details ?? {};
  }
}

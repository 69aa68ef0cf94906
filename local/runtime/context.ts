// What a service may touch: the one object that is handed to every service when it is built.
import type { Clock } from '../clock/clock.ts';
import type { Store } from '../storage/store.ts';
import type { Trace } from '../trace/trace.ts';
import type { Precedence } from './precedence.ts';
import type { Principal } from './service.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface ApiCall {
  /** `AwsService.id`. */
  readonly service: string;
  /** Operation name as in the API reference, e.g. `StartExecution`. */
  readonly operation: string;
  readonly input: object;
  readonly principal: Principal;
  readonly region: string;
  readonly signal?: AbortSignal;
}

export interface RuntimeContext {
  readonly clock: Clock;
  readonly store: Store;
  readonly trace: Trace;
  readonly precedence: Precedence;
  readonly accountId: string;
  /** The account's primary region: the one that was asked for, else that of the assembly's first stack. */
  readonly region: string;
  /** `http://127.0.0.1:<port>`: what `AWS_ENDPOINT_URL` is set to. */
  endpointUrl(): string;
  /** Makes an AWS API call in-process: authorises the principal exactly as the HTTP endpoint does, then runs the operation. Output has the SDK's shape. */
  call<Output extends object>(call: ApiCall): Promise<Output>;
  /**
   * The principal of a role of the assembly, for a service that acts with a role it was given (function, state machine,
   * rule target, schedule). `assumedBy` is the service's own principal: throws AwsError `AccessDenied` when the role's
   * trust policy does not let it in.
   */
  assumeRole(roleArn: string, sessionName: string, assumedBy: Principal): Principal;
  /** A service principal, e.g. `events.amazonaws.com` on behalf of a rule. */
  servicePrincipal(service: string, sourceArn: string): Principal;
  /** Credentials for a role's worker process; requests signed with them are made as that role. */
  credentialsFor(roleArn: string, sessionName: string): Credentials;
  /** Publishes an event of an AWS service (S3 "Object Created", Step Functions status change …) on the region's default bus. */
  publishAwsEvent(event: {
    source: string;
    detailType: string;
    region: string;
    resources: readonly string[];
    detail: object;
  }): Promise<void>;
}

/** A service's face to the registry: builds the service and the providers of the CloudFormation types it owns. */
export interface ServiceModule {
  readonly services: readonly import('./service.ts').AwsService[];
  readonly providers: readonly import('./resource.ts').ResourceProvider[];
}

/** Each `local/services/<name>/module.ts` exports one function of this type, named `create<Name>Module`. */
export type CreateServiceModule = (context: RuntimeContext) => ServiceModule;

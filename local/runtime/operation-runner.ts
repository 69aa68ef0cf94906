// The one way into an operation, for requests over HTTP and calls between services alike: authorise, then handle.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import type { Trace } from '../trace/trace.ts';
import type { Authorizer } from './authorizer.ts';
import { buildAccessDenied } from './build-access-denied.ts';
import type { AwsService, CallContext, Operation, Permission, Principal } from './service.ts';
import type { ServiceRegistry } from './service-registry.ts';

export interface OperationCall {
  readonly service: AwsService;
  readonly operation: Operation;
  readonly operationName: string;
  readonly input: object;
  readonly principal: Principal;
  readonly region: string;
  readonly requestId?: string;
  readonly signal?: AbortSignal;
}

export interface OperationRunner {
  /** Throws AwsError: the service's access-denied error when IAM refuses, else whatever the operation refuses. */
  run(call: OperationCall): Promise<object>;
  /** For what AWS does by itself and IAM is not asked about. */
  runUnguarded(call: OperationCall): Promise<object>;
}

export function createOperationRunner(parts: {
  readonly registry: ServiceRegistry;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly accountId: string;
}): OperationRunner {
  const { registry, authorizer, clock, trace, accountId } = parts;
  const resourcePolicy = (resourceArn: string) => registry.findResourcePolicy(resourceArn);

  function buildCallContext(call: OperationCall): CallContext {
    return {
      principal: call.principal,
      region: call.region,
      accountId,
      requestId: call.requestId ?? randomUUID(),
      ...(call.signal && { signal: call.signal }),
    };
  }

  function checkAccess(call: OperationCall, permissions: readonly Permission[]): void {
    if (permissions.length === 0) return;
    const { principal, region } = call;
    const asked = permissions.map((permission) => ({
      ...permission,
      context: { ...registry.findResourceContext(permission.resource), ...permission.context },
    }));
    const decision = authorizer.authorize({ principal, permissions: asked, region, resourcePolicy });
    if (decision.allowed) return;
    const { message, action, resource } = decision;
    trace.record({
      service: call.service.id,
      name: 'access-denied',
      subject: principal.roleArn ?? principal.arn,
      details: { principal: principal.arn, operation: call.operationName, action, resource, message },
    });
    throw buildAccessDenied(call.service.signingName, message);
  }

  async function handle(call: OperationCall, isGuarded: boolean): Promise<object> {
    const context = buildCallContext(call);
    const input = call.input as never;
    if (isGuarded) checkAccess(call, call.operation.authorize(input, context));
    return call.operation.handle(input, context);
  }

  function run(call: OperationCall, isGuarded: boolean): Promise<object> {
    const handled = handle(call, isGuarded);
    return call.operation.waitsOnClock ? handled : clock.work(handled);
  }

  return { run: (call) => run(call, true), runUnguarded: (call) => run(call, false) };
}

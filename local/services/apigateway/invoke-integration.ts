// Calls the function behind a route and turns its answer, or its failure, into an HTTP response.
import type { RuntimeContext } from '../../runtime/context.ts';
import type { HttpApi, Integration } from './http-api.ts';
import { type HttpResponse, parseResponse } from './payload/parse-response.ts';
import { INTERNAL_SERVER_ERROR, REQUEST_TOO_LARGE, SERVICE_UNAVAILABLE, TIMED_OUT } from './payload/refusals.ts';

export interface IntegrationAnswer {
  readonly response: HttpResponse;
  /** Why API Gateway answered by itself. */
  readonly failure?: string;
}

interface InvokeOutput {
  readonly Payload?: Uint8Array;
  readonly FunctionError?: string;
}

function describeFailure(error: Error): IntegrationAnswer {
  const failure = `${error.name}: ${error.message}`;
  if (error.name === 'TooManyRequestsException') return { response: SERVICE_UNAVAILABLE, failure };
  if (error.name === 'RequestTooLargeException') return { response: REQUEST_TOO_LARGE, failure };
  return { response: INTERNAL_SERVER_ERROR, failure };
}

function parseOutput(output: InvokeOutput): IntegrationAnswer {
  const payload = Buffer.from(output.Payload ?? []).toString('utf8');
  if (output.FunctionError) return { response: INTERNAL_SERVER_ERROR, failure: payload.slice(0, 1_000) };
  try {
    return { response: parseResponse(payload) };
  } catch (error) {
    return { response: INTERNAL_SERVER_ERROR, failure: (error as Error).message };
  }
}

/** Never rejects. `sourceArn` is the execute-api ARN of the request. */
export async function invokeIntegration(
  context: RuntimeContext,
  api: HttpApi,
  integration: Integration,
  event: object,
  sourceArn: string,
): Promise<IntegrationAnswer> {
  const invoke = async (): Promise<InvokeOutput> => {
    const service = context.servicePrincipal('apigateway.amazonaws.com', sourceArn);
    const { credentialsArn, functionArn } = integration;
    return context.call<InvokeOutput>({
      service: 'lambda',
      operation: 'Invoke',
      input: { FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(event)) },
      principal: credentialsArn ? context.assumeRole(credentialsArn, 'apigateway', service) : service,
      region: functionArn.split(':')[3] ?? api.region,
    });
  };
  const call = invoke().then(parseOutput, describeFailure);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<IntegrationAnswer>((resolve) => {
    const failure = `the function did not answer within ${integration.timeoutMilliseconds} ms`;
    timer = setTimeout(() => resolve({ response: TIMED_OUT, failure }), integration.timeoutMilliseconds);
  });
  try {
    return await Promise.race([call, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

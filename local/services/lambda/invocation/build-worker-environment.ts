// The environment variables of a function's process: those of Lambda, and what our bootstrap has to know.
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import type { WorkerOptions } from './worker-process.ts';

/** The folder that this process keeps compiled code in, if it does; Node adds its version below it by itself. */
function findCompileCache(): string | undefined {
  const directory = getCompileCacheDir();
  return directory === undefined ? undefined : dirname(directory);
}

/** Nothing of the runtime's own environment reaches the function. */
export function buildWorkerEnvironment(options: WorkerOptions): Record<string, string> {
  const { configuration, version, credentials } = options;
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...configuration.environment,
    _HANDLER: configuration.handler,
    LAMBDA_TASK_ROOT: configuration.codeDirectory,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.runtime}`,
    AWS_REGION: configuration.region,
    AWS_DEFAULT_REGION: configuration.region,
    AWS_LAMBDA_FUNCTION_NAME: configuration.name,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: configuration.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: options.logStream,
    ...(configuration.logFormat === 'JSON' && { AWS_LAMBDA_LOG_FORMAT: 'JSON' }),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_ENDPOINT_URL: options.endpointUrl,
    _LOCAL_RUNTIME_SETTINGS: JSON.stringify({
      functionName: configuration.name,
      functionVersion: version,
      memoryMegabytes: configuration.memoryMegabytes,
      taskRoot: configuration.codeDirectory,
      logFormat: configuration.logFormat,
      clockOffsetMilliseconds: options.clockOffsetMilliseconds,
      compileCacheDirectory: findCompileCache(),
      hasNoCallbacks: Number(/^nodejs(\d+)/.exec(configuration.runtime)?.[1]) >= 24,
    }),
  };
}

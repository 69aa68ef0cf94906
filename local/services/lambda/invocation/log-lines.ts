// The lines that Lambda itself writes into a function's log, in its text and its JSON format.
import type { FunctionConfiguration } from '../function-configuration.ts';

export interface InvocationReport {
  readonly durationMilliseconds: number;
  readonly initialisationMilliseconds?: number;
  /** Unknown when the process did not live to tell. */
  readonly maximumMemoryKilobytes?: number;
}

export function buildStartLine(configuration: FunctionConfiguration, requestId: string, version: string): string {
  if (configuration.logFormat === 'JSON') {
    return `${JSON.stringify({ time: new Date().toISOString(), type: 'platform.start', record: { requestId, version } })}\n`;
  }
  return `START RequestId: ${requestId} Version: ${version}\n`;
}

export function buildReportLines(
  configuration: FunctionConfiguration,
  requestId: string,
  { durationMilliseconds, initialisationMilliseconds, maximumMemoryKilobytes }: InvocationReport,
): string {
  const duration = durationMilliseconds.toFixed(2);
  const billed = Math.ceil(durationMilliseconds);
  const memory = maximumMemoryKilobytes === undefined ? undefined : Math.ceil(maximumMemoryKilobytes / 1024);
  const initialisation = initialisationMilliseconds?.toFixed(2);
  if (configuration.logFormat === 'JSON') {
    const metrics = {
      durationMs: Number(duration),
      billedDurationMs: billed,
      memorySizeMB: configuration.memoryMegabytes,
      ...(memory !== undefined && { maxMemoryUsedMB: memory }),
      ...(initialisation !== undefined && { initDurationMs: Number(initialisation) }),
    };
    return `${JSON.stringify({ time: new Date().toISOString(), type: 'platform.report', record: { requestId, metrics } })}\n`;
  }
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${duration} ms`,
    `Billed Duration: ${billed} ms`,
    `Memory Size: ${configuration.memoryMegabytes} MB`,
    ...(memory === undefined ? [] : [`Max Memory Used: ${memory} MB`]),
    ...(initialisation === undefined ? [] : [`Init Duration: ${initialisation} ms`]),
  ];
  return `END RequestId: ${requestId}\n${fields.join('\t')}\t\n`;
}

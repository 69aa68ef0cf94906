// A Map's ResultWriter: the children's results go to S3, the state's result only says where.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
import type { MapState } from '../definition/state-machine.ts';
import { isJsonObject, type Json } from '../json.ts';
import type { ChildResult } from '../run-children.ts';
import { StateFailure } from '../state-failure.ts';
import type { Thread } from '../thread.ts';
import { callIntegration } from './map-integration.ts';

const PUT_OBJECT = 'arn:aws:states:::aws-sdk:s3:putObject';

/** Writes the results and a manifest, and gives `{ MapRunArn, ResultWriterDetails }`; without a bucket, the results. */
export async function writeResults(
  state: MapState,
  thread: Thread,
  results: readonly ChildResult[],
  mapRunArn: string,
): Promise<Json> {
  const writer = state.resultWriter;
  const outputs = results.flatMap((result) => ('output' in result ? [result.output] : []));
  const target = writer?.arguments ? await thread.evaluateOne(writer.arguments) : undefined;
  const succeeded = writer?.transformation === 'FLATTEN' ? outputs.flat() : outputs;
  if (!isJsonObject(target) || typeof target.Bucket !== 'string') return succeeded as Json;
  const prefix = `${typeof target.Prefix === 'string' ? `${target.Prefix.replace(/\/$/, '')}/` : ''}${mapRunArn.split(':').at(-1)}`;
  const failed = results.flatMap((result) =>
    'failure' in result ? [{ Status: 'FAILED', Error: result.failure.error, Cause: result.failure.cause ?? null }] : [],
  );
  const files = { SUCCEEDED: succeeded, FAILED: failed, PENDING: [] };
  const put = (key: string, value: unknown) =>
    callIntegration(
      PUT_OBJECT,
      { Bucket: target.Bucket as string, Key: key, Body: render(value, writer?.outputType) },
      thread,
    );
  try {
    const listed: Record<string, Json> = {};
    for (const [status, values] of Object.entries(files)) {
      const key = `${prefix}/${status}_0.json`;
      if (values.length > 0) await put(key, values);
      listed[status] =
        values.length > 0 ? [{ Key: key, Size: Buffer.byteLength(render(values, writer?.outputType)) }] : [];
    }
    const manifestKey = `${prefix}/manifest.json`;
    await callIntegration(
      PUT_OBJECT,
      {
        Bucket: target.Bucket,
        Key: manifestKey,
        Body: JSON.stringify({ DestinationBucket: target.Bucket, MapRunArn: mapRunArn, ResultFiles: listed }),
      },
      thread,
    );
    return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: target.Bucket, Key: manifestKey } };
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    throw new StateFailure('States.ResultWriterFailed', error.cause ?? error.error);
  }
}

function render(value: unknown, outputType: string | undefined): string {
  return outputType === 'JSONL' && Array.isArray(value)
    ? value.map((item) => JSON.stringify(item)).join('\n')
    : JSON.stringify(value);
}

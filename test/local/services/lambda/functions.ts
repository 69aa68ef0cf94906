// Writes little functions to disk for the tests and declares them as a template would.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ACCOUNT_ID, type ServiceHarness } from '../service-harness.ts';

export const ROLE_ARN = `arn:aws:iam::${ACCOUNT_ID}:role/worker`;

/** Declares a function whose asset holds the given files; returns its ARN. */
export async function declareFunction(
  harness: ServiceHarness,
  name: string,
  files: Readonly<Record<string, string>>,
  properties: object = {},
): Promise<string> {
  const asset = `asset.${name}`;
  for (const [file, text] of Object.entries(files)) {
    const path = join(harness.directory, asset, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const { attributes } = await harness.create(
    'AWS::Lambda::Function',
    name,
    {
      FunctionName: name,
      Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: ROLE_ARN,
      ...properties,
    },
    { 'aws:asset:path': asset },
  );
  return String(attributes.Arn);
}

/** Invokes and waits; gives the parsed payload and what Lambda says about it. */
export async function invoke(harness: ServiceHarness, name: string, payload: unknown = {}) {
  const output = await harness.call<{ Payload: Uint8Array; FunctionError?: string; LogResult?: string }>(
    'lambda',
    'Invoke',
    {
      FunctionName: name,
      Payload: Buffer.from(JSON.stringify(payload)),
      LogType: 'Tail',
    },
  );
  return {
    payload: JSON.parse(Buffer.from(output.Payload).toString()),
    functionError: output.FunctionError,
    log: Buffer.from(output.LogResult ?? '', 'base64').toString(),
  };
}

// cdk-nag's AWS Solutions rules hold for the whole app; what is accepted has its reason beside it.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';

const script = fileURLToPath(new URL('check-findings.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'findings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What stops the synthesis, and what is only warned of. */
async function check(
  { with: what }: { with?: string } = {},
  variables: Readonly<Record<string, string>> = {},
): Promise<{ findings: string; warnings: string }> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, ...(what === undefined ? [] : [what])],
    { env: { ...env, ...variables, CDK_OUTDIR: join(folder, what ?? 'app') }, maxBuffer: 64 << 20 },
  );
  return { findings: stdout, warnings: stderr };
}

describe('the AWS Solutions rules', () => {
  it('find nothing that is not accepted with a reason, nor does the check against the schemas of CloudFormation', async () => {
    expect(await check()).toEqual({ findings: '', warnings: '' });
  }, 600_000);

  it('would find an unencrypted queue', async () => {
    // Without the CDK's own check, which the first test has waited for.
    const { findings } = await check({ with: 'careless' }, { CDK_VALIDATION: 'false' });
    expect(findings).toContain('AwsSolutions-SQS4');
  }, 600_000);
});

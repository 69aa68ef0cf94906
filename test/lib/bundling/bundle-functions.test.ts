// What a bundle loads of Node when it is imported.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import { bundleFunctions } from '../../../lib/bundling/bundle-functions.ts';

const report = `
await import(process.env.BUNDLE);
console.log(JSON.stringify(process.moduleLoadList));
`;

describe('a bundle', () => {
  it('loads node:http and none of undici, whose loading takes longer than that of the whole bundle', () => {
    const entry = 'lambdas/rollback/reconcile-git.handler.ts';
    const folders = bundleFunctions(
      { 'reconcile-git': { entry, configuration: true } },
      loadConfiguration('config/pyairtable.yaml'),
    );
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', report], {
      encoding: 'utf8',
      env: {
        BUNDLE: pathToFileURL(join(folders['reconcile-git'] ?? '', 'index.mjs')).href,
        AWS_REGION: 'us-east-1',
        LEDGER_TABLE_NAME: 'ledger',
        GITHUB_SECRET_ID: 'github',
        ADDRESSES_PARAMETER_PATH: '/addresses',
      },
    });
    const modules = JSON.parse(output) as string[];
    expect(modules).toContain('NativeModule http');
    expect(modules.filter((name) => name.includes('undici/undici'))).toEqual([]);
  });
});

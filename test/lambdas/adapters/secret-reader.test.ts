// Tests of secrets and addresses that are read at run time.
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createAddressReader } from '../../../lambdas/adapters/address-reader.ts';
import { createSecretReader, gitHubSecretSchema } from '../../../lambdas/adapters/secret-reader.ts';

let now: number;
let reads: number;
beforeEach(() => {
  now = 1_000_000;
  reads = 0;
});
const clock = { now: () => now, sleep: async () => undefined };

describe('a secret', () => {
  const open = (texts: readonly string[]) => {
    const client = {
      async send() {
        reads += 1;
        return { SecretString: texts[Math.min(reads, texts.length) - 1] };
      },
    };
    return createSecretReader(client as unknown as SecretsManagerClient, clock, 'github', gitHubSecretSchema);
  };

  it('is kept for a minute, then read anew', async () => {
    const secret = open(['{"token":"one"}', '{"token":"two"}']);
    expect(await secret.read()).toEqual({ token: 'one' });
    now += 59_999;
    expect(await secret.read()).toEqual({ token: 'one' });
    now += 1;
    expect(await secret.read()).toEqual({ token: 'two' });
  });

  it('is read anew when it was refused, but not for each refusal of a flood', async () => {
    const secret = open(['{"token":"one"}', '{"token":"two"}']);
    await secret.read();
    for (let refusal = 0; refusal < 50; refusal += 1) await secret.read({ refresh: true });
    expect(reads).toBe(1);
    now += 5_000;
    expect(await secret.read({ refresh: true })).toEqual({ token: 'two' });
  });

  it.each(['', 'no JSON', '{"token":""}', '{"appId":1}'])(
    'that holds %j says what to do and tells nothing of it',
    async (text) => {
      await expect(open([text]).read()).rejects.toMatchObject({
        name: 'ForbiddenError',
        message: expect.stringMatching(/^secret github is not as expected \(.*\): set it to JSON/),
      });
    },
  );

  it('never shows its content in an error', async () => {
    const error = await open(['{"tokn":"canary-4711"}'])
      .read()
      .catch((thrown: Error) => thrown);
    expect(`${error}${JSON.stringify(error)}`).not.toContain('canary-4711');
  });
});

describe('an address', () => {
  const open = (parameters: Record<string, string>) => {
    const Parameters = Object.entries(parameters).map(([Name, Value]) => ({ Name, Value }));
    const client = {
      async send() {
        reads += 1;
        return { Parameters };
      },
    };
    return createAddressReader(client as unknown as SSMClient, clock, '/app/addresses');
  };

  it('is read once for all names and a minute, and has no slash at its end', async () => {
    const address = open({
      '/app/addresses/github-api-url': 'https://api.github.com/',
      '/app/addresses/slack-api-url': 'https://slack.com/api',
    });
    expect(await address('github-api-url')).toBe('https://api.github.com');
    expect(await address('slack-api-url')).toBe('https://slack.com/api');
    expect(reads).toBe(1);
  });

  it('that is missing is named with what to do', async () => {
    await expect(open({})('registry-url')).rejects.toThrow('parameter /app/addresses/registry-url is missing: set it');
  });
});

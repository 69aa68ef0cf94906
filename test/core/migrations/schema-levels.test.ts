// Schema levels, from an image's labels in a real registry to the gate and to the choice of where a rollback goes to.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DeploymentRecord } from '../../../contracts/ledger/deployments.ts';
import { attestMigrations } from '../../../core/migrations/attest-migrations.ts';
import { createSchemaCheck } from '../../../core/migrations/check-schema.ts';
import { findConflict, parseLevels, type ReadLevels } from '../../../core/migrations/schema-levels.ts';
import { createImageSchemaLevels } from '../../../lambdas/adapters/image-schema-levels.ts';
import { createOciRegistry } from '../../../lambdas/adapters/oci-registry.ts';
import { type Registry, startRegistry } from '../../../local/world/registry/start-registry.ts';
import { buildService } from '../promotion/promotion-builder.ts';
import { buildChange } from '../rollback/change-builder.ts';

const image = 'ghcr.io/pyairtable/api-gateway';
const labels = { level: 'schema.level', compatibleFrom: 'schema.from' };
let directory: string;
let registry: Registry;
let readLevels: ReadLevels;
let asked: string[];
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'levels-'));
  registry = await startRegistry({ directory });
  const real = createOciRegistry(async () => registry.url, { read: async () => ({}) });
  asked = [];
  const counted = {
    readManifest: async (...question: [string, string]) => {
      asked.push(question[1]);
      return await real.readManifest(...question);
    },
    readBlob: real.readBlob,
  };
  readLevels = createImageSchemaLevels(counted, labels);
});
afterAll(async () => {
  await registry.stop();
  rmSync(directory, { recursive: true });
});

/** An image that declares `level from`; nothing when empty. */
async function push(tag: string, declared = ''): Promise<string> {
  const [level, from] = declared.split(' ');
  return await registry.pushImage({
    repository: 'pyairtable/api-gateway',
    tag,
    labels:
      declared === ''
        ? {}
        : { [labels.level]: String(level), ...(from === undefined ? {} : { [labels.compatibleFrom]: from }) },
  });
}

describe('what an image declares', () => {
  it('is read from its labels, once: what stands under a digest never changes', async () => {
    const digest = await push('declared', '12 11');
    const before = asked.length;
    expect(await readLevels(image, digest)).toEqual({ level: 12, compatibleFrom: 11 });
    expect(await readLevels(image, digest)).toEqual({ level: 12, compatibleFrom: 11 });
    expect(asked.length - before).toBe(1);
    expect(await readLevels(image, await push('expanding', '12'))).toEqual({ level: 12, compatibleFrom: 0 });
    expect(await readLevels(image, await push('nothing'))).toEqual({ level: 0, compatibleFrom: 0 });
  });

  it.each([
    ['twelve', '1'],
    ['12', '-1'],
    ['1.5', '1'],
    [undefined, '3'],
    ['3', '4'],
  ])('of %s and %s means nothing', (level, from) => {
    expect(parseLevels(level, from)).toEqual(expect.stringContaining('its labels say'));
  });

  it('of an image that is gone cannot be asked', async () => {
    await expect(readLevels(image, `sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ name: 'NotFoundError' });
  });
});

describe('the gate', () => {
  const attest = async (candidate: string, running: string | undefined) => {
    const [digest, theirs] = [await push('new', candidate), running === undefined ? '' : await push('old', running)];
    const ledger = {
      listDeployments: async () =>
        (running === undefined
          ? []
          : [{ version: 'sha-old', image, digest: theirs, outcome: 'succeeded' }]) as unknown as DeploymentRecord[],
    };
    return await attestMigrations({ readLevels, ledger }, buildService({ image, digest, version: 'sha-new' }), 'prod');
  };

  it.each([
    ['a version that expands beside one that knows nothing of it', '12 11', '11 10', true],
    ['a version that contracts beside one that is ready for it', '13 12', '12 11', true],
    ['a version that contracts beside one that still needs what goes', '13 12', '11 10', false],
    ['an old version into what was contracted already', '11 10', '13 12', false],
    ['versions that declare nothing', '', '', true],
    ['a version that contracts beside one that declares nothing', '3 3', '', false],
    ['the first version', '13 12', undefined, true],
    ['labels that mean nothing', 'many 1', '', false],
  ])('for %s', async (_, candidate, running, isAccepted) => {
    expect(await attest(candidate, running)).toMatchObject({ isAccepted });
  });

  it('says what is in the way, and what to do', async () => {
    expect((await attest('13 12', '11 10')).words).toBe(
      'sha-new leaves a schema for level 12 and above, sha-old has level 11: release one in between that fits both',
    );
  });
});

describe('where a rollback goes to', () => {
  it('is no version that later ones have taken the schema from; what was replaced in between counts too', async () => {
    const [a, b, c] = [await push('a', '11 10'), await push('b', '13 12'), await push('c', '14 12')];
    const changes = [a, b, c].map((digest, index) =>
      buildChange(String.fromCharCode(97 + index), index * 60, { digest, image }),
    );
    const [first, second, third] = changes;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three were built');
    const check = createSchemaCheck(readLevels);
    expect(await check(second, [third])).toBeUndefined();
    expect(await check(first, [second, third])).toBe(
      'sha-b leaves a schema for level 12 and above, sha-a has level 11',
    );
    expect(await check(first, [])).toBeUndefined();
  });

  it('is not held up by levels that cannot be read', async () => {
    const away: ReadLevels = async () => await Promise.reject(new Error('the registry is away'));
    expect(await createSchemaCheck(away)(buildChange('a', 0), [buildChange('b', 60)])).toBeUndefined();
  });
});

it('whoever expands first and contracts later, one release apart, never meets a conflict between neighbours', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 20 }), (steps) => {
      // Each release adds a level; a contracting one takes away what its predecessor's predecessor needed.
      const releases = steps.map((contracts, index) => ({
        version: `v${index}`,
        level: index + 1,
        compatibleFrom: contracts ? index : 0,
      }));
      for (const [index, next] of releases.slice(1).entries()) {
        const before = releases[index];
        if (before === undefined) continue;
        expect([findConflict(next, before), findConflict(before, next)]).toEqual([undefined, undefined]);
      }
    }),
  );
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import { createVirtualClock, type VirtualClock } from '../../../local/clock/virtual-clock.ts';
import { createMemoryTrace } from '../../../local/trace/memory-trace.ts';
import type { Trace } from '../../../local/trace/trace.ts';
import { type BuildService, startBuildService } from '../../../local/world/build-service.ts';
import { type GitHub, startGitHub } from '../../../local/world/github/start-github.ts';
import { type Registry, startRegistry } from '../../../local/world/registry/start-registry.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');
let directory: string;
let clock: VirtualClock;
let trace: Trace;
let github: GitHub;
let registry: Registry;
let builds: BuildService;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'builds-'));
  clock = createVirtualClock();
  trace = createMemoryTrace(clock);
  github = await startGitHub({
    directory: join(directory, 'github'),
    clock,
    trace,
    owner: configuration.github.owner,
    webhookUrl: 'http://127.0.0.1:9/',
    webhookSecret: 'secret',
  });
  registry = await startRegistry({ directory: join(directory, 'registry'), clock, trace });
  await github.seedRepository('pyairtable', { 'README.md': 'first' }, { branches: ['develop'] });
  builds = startBuildService({ configuration, github, registry, clock, trace });
});
afterEach(async () => {
  builds.stop();
  await github.stop();
  await registry.stop();
  clock.stop();
  await rm(directory, { recursive: true, force: true });
});

async function build(message: string) {
  const { sha } = await github.pushCommit({
    repo: 'pyairtable',
    branch: 'develop',
    files: { 'README.md': message },
    message,
    author: 'ada-release',
  });
  await clock.advance(5_000);
  return registry.describeImage(`ghcr.io/pyairtable/api-gateway:sha-${sha}`);
}

it('pushes an image for each push', async () => {
  expect(await build('Improve it')).toMatchObject({
    labels: { 'org.opencontainers.image.revision': expect.any(String) },
  });
  expect((await build('Improve it again'))?.labels.behaviour).toBeUndefined();
});

it('lets the commit message order a bad image, or a build that ends badly', async () => {
  expect((await build('Break it\n\nSimulate-Image: crash'))?.labels.behaviour).toBe('crash');
  expect(await build('Break it\n\nSimulate-Build: failure')).toBeUndefined();
});

it('lets a plan overrule the commit message', async () => {
  builds.plan('Break', { behaviour: 'slow' });
  expect((await build('Break it\n\nSimulate-Image: crash'))?.labels.behaviour).toBe('slow');
});

it('goes on at the next start with what it was building, and only with that', async () => {
  await build('Built already');
  const { sha } = await github.pushCommit({
    repo: 'pyairtable',
    branch: 'develop',
    files: { 'README.md': 'cut off' },
    message: 'Cut off',
  });
  builds.stop();
  await clock.advance(5_000);
  expect(registry.describeImage(`ghcr.io/pyairtable/api-gateway:sha-${sha}`)).toBeUndefined();
  const completed = () => trace.recent().filter(({ name }) => name === 'workflow-run-completed').length;
  const before = completed();
  builds = startBuildService({ configuration, github, registry, clock, trace });
  await clock.advance(5_000);
  expect(registry.describeImage(`ghcr.io/pyairtable/api-gateway:sha-${sha}`)).toBeDefined();
  expect(completed()).toBe(before + 1);
});

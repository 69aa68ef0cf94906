// A GitHub world for one test file: temporary state, a receiver of webhooks, and clients that speak to it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/core';
import type { Activity } from '../../../../local/trace/trace.ts';
import { type GitHub, type GitHubOptions, startGitHub } from '../../../../local/world/github/start-github.ts';
import { type HttpRequest, startHttpServer } from '../../../../local/world/http-server.ts';

export interface TestWorld {
  readonly github: GitHub;
  /** A person's client, allowed everything. */
  readonly octokit: Octokit;
  /** The app's installation, which signs in by itself. */
  readonly installation: Octokit;
  /** The app itself. */
  readonly appOctokit: Octokit;
  readonly directory: string;
  readonly activities: readonly Activity[];
  readonly received: readonly HttpRequest[];
  /** What the receiver answers from now on. */
  answerWith(status: number): void;
  readonly hookUrl: string;
  stop(): Promise<void>;
}

/** Starts a world with a seeded repository `acme/shop` whose webhook goes to a receiver that records. */
export async function startTestWorld(options: Partial<GitHubOptions> = {}): Promise<TestWorld> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'github-world-')));
  const received: HttpRequest[] = [];
  const activities: Activity[] = [];
  let status = 202;
  const receiver = await startHttpServer({
    handle(request) {
      received.push(request);
      return { status, body: 'noted' };
    },
  });
  const hookUrl = `${receiver.url}/webhooks/github`;
  const github = await startGitHub({
    directory,
    owner: 'acme',
    webhookUrl: hookUrl,
    webhookSecret: 'sesame',
    trace: { record: (activity) => activities.push({ at: 0, ...activity }) },
    ...options,
  });
  await github.seedRepository(
    'shop',
    { 'README.md': '# Shop\n', 'src/main.ts': 'run();\n' },
    { branches: ['develop'] },
  );
  const appCredentials = { appId: github.app.id, privateKey: github.app.privateKey };
  const token = await github.createToken('ada');
  return {
    github,
    octokit: new Octokit({ baseUrl: github.url, auth: token }),
    installation: new Octokit({
      baseUrl: github.url,
      authStrategy: createAppAuth,
      auth: { ...appCredentials, installationId: github.app.installationId },
    }),
    appOctokit: new Octokit({ baseUrl: github.url, authStrategy: createAppAuth, auth: appCredentials }),
    directory,
    activities,
    received,
    answerWith(next) {
      status = next;
    },
    hookUrl,
    async stop() {
      await github.stop();
      await receiver.stop();
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A refusal as Octokit throws it. */
export async function catchRefusal(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    const { status, response } = error as {
      status: number;
      response?: { data: unknown; headers: Record<string, string> };
    };
    return {
      status,
      data: response?.data as { message: string; errors?: unknown[]; documentation_url: string; status: string },
      headers: response?.headers ?? {},
    };
  }
  throw new Error('the call was not refused');
}

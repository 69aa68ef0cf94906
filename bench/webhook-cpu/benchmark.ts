// CPU time of the webhook's handler per delivery: verify, parse, claim, publish.
import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { buildFigure, interleave, median } from '../compare.ts';
import { openContestant } from '../contestant.ts';
import { findPeer, installNpmPeer, PeerMissing } from '../install-peer.ts';
import { readFunctions } from '../read-functions.ts';

const version = '14.2.0';
const peer = `@octokit/webhooks ${version} middleware`;

export const webhookCpu: Benchmark = {
  name: 'webhook-cpu',
  async *run({ isQuick, progress, afterwards }) {
    const bundle = join(getIngress().directory, 'index.mjs');
    const octokit = await findPeer(() => installNpmPeer('octokit-webhooks', { '@octokit/webhooks': version }));
    const sink = await openContestant<undefined, string>(new URL('./aws-sink.ts', import.meta.url));
    afterwards(sink.close);
    const environment = buildEnvironment(await sink.round(undefined));
    const open = async (program: string, settings: object) => {
      const url = new URL(program, import.meta.url);
      const contestant = await openContestant<number, number>(url, { settings, environment });
      afterwards(contestant.close);
      return contestant;
    };
    const contestants = [await open('./handler-program.ts', { bundle })];
    if (!(octokit instanceof PeerMissing)) {
      const module = octokit.resolve('@octokit/webhooks');
      contestants.push(await open('./octokit-program.ts', { module, publishes: false }));
      contestants.push(await open('./octokit-program.ts', { module, publishes: true }));
    }
    const count = isQuick ? 100 : 1_000;
    progress(`warming up, then 5 rounds of ${count} deliveries each`);
    for (const contestant of contestants) await contestant.round(count);
    const results = await interleave(
      5,
      Object.fromEntries(contestants.map((contestant, index) => [index, () => contestant.round(count)])),
    );
    const [own = 0, alone, sameWork] = contestants.map((_, index) => median(results[index] ?? []));
    yield buildFigure({
      name: 'webhook-cpu',
      value: own,
      unit: 'µs CPU/delivery',
      peer,
      peerValue: alone,
      aim: '<= 2 x',
      isMet: (ratio) => ratio <= 2,
      note: 'the middleware verifies, parses and dispatches; ours also makes two DynamoDB calls and one EventBridge call',
    });
    yield buildFigure({
      name: 'webhook-cpu same work',
      value: own,
      unit: 'µs CPU/delivery',
      peer: `${peer}, claiming and publishing with the AWS SDK`,
      peerValue: sameWork,
      aim: '<= 2 x',
      isMet: (ratio) => ratio <= 2,
    });
    if (octokit instanceof PeerMissing) yield { name: 'webhook-cpu', skipped: peer, why: octokit.message };
  },
};

function getIngress() {
  const found = readFunctions().find(({ name }) => name === 'receive-github-webhook');
  if (found === undefined) throw new Error('the assembly has no receive-github-webhook');
  return found;
}

function buildEnvironment(sinkUrl: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: sinkUrl,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_LAMBDA_FUNCTION_NAME: 'receive-github-webhook',
    LEDGER_TABLE_NAME: 'ledger',
    EVENT_BUS_NAME: 'automation',
    CLAIM_CHECK_BUCKET_NAME: 'claim-checks',
    GITHUB_WEBHOOK_SECRET_ID: 'github-webhook',
  };
}

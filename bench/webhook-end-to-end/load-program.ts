// GitHub, sixteen times at once: sends signed deliveries, each one unique, over kept-alive connections, and times the answers.
import { Agent, request } from 'node:http';
import { percentile } from '../compare.ts';
import { serveRounds } from '../contestant.ts';
import { createDeliverySource, type SignedDelivery } from '../read-push.ts';

export interface LoadRound {
  readonly url: string;
  readonly milliseconds: number;
  readonly concurrency: number;
}

export interface LoadResult {
  readonly deliveriesPerSecond: number;
  readonly medianMilliseconds: number;
  readonly p99Milliseconds: number;
}

const nextDelivery = createDeliverySource();

function send(url: string, agent: Agent, { body, headers }: SignedDelivery): Promise<void> {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': Buffer.byteLength(body) };
    const message = request(url, { method: 'POST', agent, headers: { ...headers, ...length } }, (response) => {
      response.resume();
      response.once('end', () => {
        if (response.statusCode === 200 || response.statusCode === 202) resolve();
        else reject(new Error(`${url} answered ${response.statusCode}`));
      });
    });
    message.once('error', reject);
    message.end(body);
  });
}

serveRounds(async ({ url, milliseconds, concurrency }: LoadRound): Promise<LoadResult> => {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const latencies: number[] = [];
  const startedAt = performance.now();
  const sender = async (): Promise<void> => {
    while (performance.now() - startedAt < milliseconds) {
      const delivery = nextDelivery();
      const sentAt = performance.now();
      await send(url, agent, delivery);
      latencies.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, sender));
  const elapsedMilliseconds = performance.now() - startedAt;
  agent.destroy();
  return {
    deliveriesPerSecond: (latencies.length / elapsedMilliseconds) * 1000,
    medianMilliseconds: percentile(latencies, 0.5),
    p99Milliseconds: percentile(latencies, 0.99),
  };
});

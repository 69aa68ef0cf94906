// A storm from the real Alertmanager, with the shipped routes: until every alert is acknowledged, by us and by a sink that keeps nothing.

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findMonitoringTools, monitoringToolsMissing } from '../../local/world/monitoring/find-monitoring-tools.ts';
import { startMonitoring } from '../../local/world/monitoring/start-monitoring.ts';
import type { Benchmark } from '../benchmark.ts';
import { buildFigure, median } from '../compare.ts';
import { openContestant } from '../contestant.ts';
import { findAssembly } from '../read-functions.ts';
import type { SystemAnswer, SystemRound } from './system-program.ts';

const peer = "the same Alertmanager (Debian's 0.25) to a sink that answers 200 and keeps nothing";
const sources = fileURLToPath(new URL('../../gitops/monitoring', import.meta.url));
const patienceMilliseconds = 120_000;

export const alertStorm: Benchmark = {
  name: 'alert-storm',
  async *run({ isQuick, progress, afterwards }) {
    const tools = findMonitoringTools();
    if (tools === undefined) {
      yield { name: 'alert-storm', skipped: peer, why: monitoringToolsMissing };
      return;
    }
    const directory = mkdtempSync(join(tmpdir(), 'bench-storm-'));
    afterwards(() => rmSync(directory, { recursive: true, force: true }));
    const settings = { assembly: findAssembly(), state: join(directory, 'state') };
    const system = await openContestant<SystemRound, SystemAnswer>(new URL('./system-program.ts', import.meta.url), {
      settings,
    });
    afterwards(system.close);
    const { webhookUrl, token, labels, now } = await system.round({ does: 'enter' });
    let startsAt = now;
    const gate = await startGate(token);
    afterwards(gate.stop);
    const monitoring = await startMonitoring(tools, {
      sources,
      directory: join(directory, 'monitoring'),
      targetUrls: [],
      webhookUrl: gate.url,
      webhookToken: token,
    });
    afterwards(monitoring.stop);
    const count = isQuick ? 300 : 2_000;
    let storms = 0;
    /** A tenth of them speaks of the bad release. */
    const storm = async (forwardTo: string | undefined): Promise<number> => {
      storms += 1;
      const alerts = Array.from({ length: count }, (_, index) => ({
        labels: {
          ...labels,
          // Groups of their own for each storm: a known group would wait for its group_interval.
          ...(index % 10 === 0 && forwardTo !== undefined ? {} : { service: `service-${storms}-${index % 7}` }),
          pod: `${storms}-${index}`,
        },
        // Else Alertmanager would date it by the machine's time, before the release that it speaks of.
        startsAt,
      }));
      const all = gate.expect(count, forwardTo);
      const startedAt = performance.now();
      const answer = await fetch(`${monitoring.alertmanagerUrl}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alerts),
      });
      if (!answer.ok) throw new Error(`Alertmanager answered ${answer.status}: ${await answer.text()}`);
      await all;
      return performance.now() - startedAt;
    };
    progress(`${count} alerts in each storm`);
    const sink = [await storm(undefined), await storm(undefined), await storm(undefined)];
    startsAt = (await system.round({ does: 'enter' })).now;
    const ours = await storm(webhookUrl);
    const {
      commits = Number.NaN,
      executions = 0,
      rules,
    } = await system.round({ does: 'count', executions: count - 1 });
    progress(`decided by ${JSON.stringify(rules)}`);
    yield buildFigure({
      name: 'alert-storm',
      value: ours,
      unit: `ms until ${count} alerts are acknowledged`,
      peer,
      peerValue: median(sink),
      aim: '<= 2 x',
      isMet: (ratio) => ratio <= 2,
      note: 'group_wait of the shipped route (1 s) is in both; ours is durable before each answer, and decides meanwhile',
    });
    yield buildFigure({
      name: 'alert-storm actions',
      value: commits,
      unit: `rollbacks for ${executions} ended decisions`,
      aim: '1: one action per episode, and every alert decided',
      isMet: () => commits === 1 && executions >= count - 1,
    });
  },
};

/** Stands before both: counts the alerts that were acknowledged, and hands them on or keeps nothing. */
async function startGate(token: string) {
  let seen = new Set<string>();
  let forward: string | undefined;
  let expected = Number.POSITIVE_INFINITY;
  let done: () => void = () => undefined;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const status =
      forward === undefined
        ? 200
        : (
            await fetch(forward, {
              method: 'POST',
              headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
              body,
            })
          ).status;
    response.writeHead(status).end();
    if (status >= 300) return;
    const { alerts } = JSON.parse(body.toString()) as { alerts: { fingerprint: string; status: string }[] };
    for (const { fingerprint, status: state } of alerts) if (state === 'firing') seen.add(fingerprint);
    if (seen.size >= expected) done();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** Resolves when so many more alerts than were known before have been acknowledged. */
    expect(count: number, forwardTo: string | undefined): Promise<void> {
      forward = forwardTo;
      // Groups are told as a whole: alerts of earlier storms come again and do not count.
      expected = seen.size + count;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`${seen.size} of ${expected} alerts were acknowledged`)),
          patienceMilliseconds,
        );
        done = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
    async stop() {
      seen = new Set();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

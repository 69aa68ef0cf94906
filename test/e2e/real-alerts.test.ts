// A bad release is found by a real Prometheus, told by a real Alertmanager and taken back: with our own rules, routes and credential.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { currentRecord } from '../../contracts/ledger/deployments.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { type HttpServer, startHttpServer } from '../../local/world/http-server.ts';
import { findMonitoringTools, monitoringToolsMissing } from '../../local/world/monitoring/find-monitoring-tools.ts';
import { type Monitoring, startMonitoring } from '../../local/world/monitoring/start-monitoring.ts';
import type { Alerting } from '../../tour/alerting.ts';
import { checkRollback } from '../../tour/check-rollback.ts';
import { findStage, pushRelease } from '../../tour/play-release-tour.ts';
import { readLedgerItem } from '../../tour/read-ledger-item.ts';
import { startRealAlerting } from '../../tour/real-alerting.ts';
import { startTestSystem, type TestSystem } from './start-test-system.ts';

const tools = findMonitoringTools();
const withTools = tools === undefined ? describe.skip : describe;

withTools(tools === undefined ? monitoringToolsMissing : 'a bad release', () => {
  let system: TestSystem;
  let alerting: Alerting;
  beforeAll(async () => {
    if (tools === undefined) return;
    system = await startTestSystem();
    alerting = await startRealAlerting(system, tools);
  }, 180_000);
  afterAll(async () => {
    await alerting?.stop();
    await system?.stop();
  }, 60_000);

  it('is taken back because Prometheus saw its errors and Alertmanager told us, and the end of the alert is told too', async () => {
    const stage = findStage(system);
    const { service, environment } = stage;
    await pushRelease(system, stage, 'Do it well');
    const good = await readLedgerItem(system, ledgerKey.current(environment, service), currentRecord);
    system.world.builds.plan('Do it badly', { behaviour: 'errors-30' });
    await pushRelease(system, stage, 'Do it badly');
    const bad = await readLedgerItem(system, ledgerKey.current(environment, service), currentRecord);
    expect(bad?.digest).not.toBe(good?.digest);

    const { trace, clock } = system.runtime.context;
    const since = clock.now();
    await alerting.fire(stage);
    // On a busy machine other alerts fire too and start executions that decide to do nothing: the one that acted is meant.
    await trace.waitFor(
      ({ service: from, at, details }) =>
        from === 'slack' &&
        at >= since &&
        String(details.text).includes(`${service} was rolled back in ${environment}`),
      120_000,
    );
    await alerting.resolve(stage);
    const executionArn =
      (await readLedgerItem(system, ledgerKey.current(environment, service), currentRecord))?.executionArn ?? '';
    const findings = await checkRollback(system, { ...stage, badDigest: bad?.digest ?? '', executionArn });
    expect(findings).toMatchObject({ missing: [] });
    const current = await readLedgerItem(system, ledgerKey.current(environment, service), currentRecord);
    expect(current?.digest).toBe(good?.digest);
    expect(current?.actor).toBe('alertmanager');
  }, 300_000);
});

withTools(tools === undefined ? `${monitoringToolsMissing} (2)` : 'a receiver that is down', () => {
  const directory = mkdtempSync(join(tmpdir(), 'receiver-'));
  const notifications: { status: string; alertname: string; authorization: string | undefined }[] = [];
  const answers: number[] = [503, 503];
  let monitoring: Monitoring | undefined;
  let receiver: HttpServer | undefined;
  afterAll(async () => {
    await monitoring?.stop();
    await receiver?.stop();
    rmSync(directory, { recursive: true });
  }, 60_000);

  it('gets every alert when it is back, with our credential', async () => {
    if (tools === undefined) return;
    const told = Promise.withResolvers<void>();
    receiver = await startHttpServer({
      handle({ body, headers }) {
        const status = answers.shift() ?? 200;
        const { alerts } = JSON.parse(body.toString()) as {
          alerts: { status: string; labels: { alertname: string } }[];
        };
        if (status === 200) {
          for (const { status: state, labels } of alerts)
            notifications.push({ status: state, alertname: labels.alertname, authorization: headers.authorization });
          told.resolve();
        }
        return { status };
      },
    });
    monitoring = await startMonitoring(tools, {
      sources: 'gitops/monitoring',
      directory,
      targetUrls: [],
      webhookUrl: `${receiver.url}/webhooks/alertmanager`,
      webhookToken: 'the-token',
      speed: 10,
    });
    const labels = { alertname: 'HighErrorRate', service: 'a', environment: 'dev', severity: 'critical' };
    const posted = await fetch(`${monitoring.alertmanagerUrl}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ labels, startsAt: new Date().toISOString() }]),
    });
    expect(posted.status).toBe(200);
    await told.promise;
    expect(answers).toEqual([]);
    expect(notifications).toEqual([
      { status: 'firing', alertname: 'HighErrorRate', authorization: 'Bearer the-token' },
    ]);
  }, 120_000);
});

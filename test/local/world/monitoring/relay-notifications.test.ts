// Alertmanager lives in the machine's time and the world in its own: what the relay between them changes, and what it leaves alone.
import { afterEach, describe, expect, it } from '@jest/globals';
import { startHttpServer } from '../../../../local/world/http-server.ts';
import { type RelayedAlert, startRelay } from '../../../../local/world/monitoring/relay-notifications.ts';

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0)) await part.stop();
});

describe('a notification', () => {
  const toWorld = (time: string) => (time === alert.startsAt ? '2026-11-26T11:00:00.000Z' : time);
  async function open(status: number) {
    const got: { readonly authorization: string | undefined; readonly body: unknown }[] = [];
    const target = await startHttpServer({
      handle: ({ headers, body }) => {
        got.push({ authorization: headers.authorization, body: JSON.parse(body.toString()) });
        return { status, body: 'why' };
      },
    });
    const taken: RelayedAlert[] = [];
    const relay = await startRelay({ toWorld }, `${target.url}/webhook`, (alert) => taken.push(alert));
    running.push(relay, target);
    return { got, taken, url: relay.url };
  }
  const alert = {
    status: 'firing',
    labels: { alertname: 'HighErrorRate', service: 'a' },
    startsAt: '2026-11-26T10:00:00.000Z',
    endsAt: '0001-01-01T00:00:00Z',
    fingerprint: 'f',
  };
  const send = async (url: string) =>
    await fetch(url, {
      method: 'POST',
      headers: { authorization: 'Bearer the-token' },
      body: JSON.stringify({ version: '4', groupKey: 'k', alerts: [alert] }),
    });

  it('arrives with its credential and the world’s times, and is otherwise the same', async () => {
    const { got, taken, url } = await open(202);
    expect((await send(url)).status).toBe(202);
    const carried = { ...alert, startsAt: '2026-11-26T11:00:00.000Z' };
    expect(got).toEqual([
      { authorization: 'Bearer the-token', body: { version: '4', groupKey: 'k', alerts: [carried] } },
    ]);
    expect(taken).toEqual([carried]);
  });

  it('that is not taken is answered as the receiver did, so that Alertmanager sends it again', async () => {
    const { taken, url } = await open(503);
    const answer = await send(url);
    expect([answer.status, await answer.text()]).toEqual([503, 'why']);
    expect(taken).toEqual([]);
  });

  it('is answered with a 502 when nobody listens', async () => {
    const { url } = await open(202);
    // The receiver, which was started last.
    await running.pop()?.stop();
    expect((await send(url)).status).toBe(502);
  });
});

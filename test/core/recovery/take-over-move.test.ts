// Who takes over a move that was cut off, and whether it goes back or forward.
import { describe, expect, it } from '@jest/globals';
import type { OpenMove, SiteRecord } from '../../../contracts/ledger/sites.ts';
import { takeOverMove } from '../../../core/recovery/take-over-move.ts';

const [home, there] = ['home.example', 'there.example'];
const move = {
  ...{ failOverId: 'prod.move', planHash: 'hash', moves: [], startedAt: '2026-12-05T10:00:00.000Z' },
  request: { environment: 'prod', to: 'recovery', actor: 'ada-release', reason: 'gone' },
  plan: {
    environment: 'prod',
    dns: {
      ...{ hostedZoneId: 'Z1', ttlSeconds: 60 },
      changes: [
        { name: 'api', from: home, to: there },
        { name: 'app', from: home, to: there },
      ],
    },
  },
} as unknown as OpenMove;

function open(targets: Record<string, string>, changed: Partial<OpenMove> = {}) {
  let site = { environment: 'prod', site: 'primary', since: 'then', movedBy: 'arn:dead' } as SiteRecord;
  site = { ...site, move: { ...move, ...changed } };
  return {
    read: () => site,
    environments: ['staging', 'prod'],
    findSite: async (environment: string) => (environment === 'prod' ? site : undefined),
    async takeOver(record: SiteRecord, seen: string | undefined) {
      if (site.move?.takenOverBy !== seen) return false;
      site = record;
      return true;
    },
    readTargets: async () => targets,
  };
}
const cut = { deadHolder: 'arn:dead', executionArn: 'arn:me' };

describe('a move that was cut off', () => {
  it.each([
    ['before the switch', { api: home, app: home }, 'undo'],
    ['after somebody has changed one of its names', { api: there, app: 'elsewhere.example' }, 'undo'],
    ['after the switch', { api: there, app: there }, 'complete'],
  ])('%s is taken over under the name that its fence has', async (_, targets, outcome) => {
    const parts = open(targets);
    const found = await takeOverMove(parts, cut);
    expect(found).toMatchObject({ outcome, holder: 'arn:dead', failOverId: 'prod.move', planHash: 'hash' });
    expect(parts.read()).toMatchObject({ movedBy: 'arn:dead', move: { takenOverBy: 'arn:me', takeOvers: 1 } });
    expect(await takeOverMove(parts, cut)).toEqual(found);
    expect(parts.read().move?.takeOvers).toBe(1);
  });

  it('is taken over once, whoever is told of it, and again when that one is cut off too', async () => {
    const parts = open({ api: home, app: home });
    const both = await Promise.all(
      ['arn:me', 'arn:you'].map((executionArn) => takeOverMove(parts, { ...cut, executionArn })),
    );
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['nothing', 'undo']);
    const winner = parts.read().move?.takenOverBy ?? '';
    expect(await takeOverMove(parts, { ...cut, executionArn: 'arn:third' })).toMatchObject({ outcome: 'nothing' });
    expect(await takeOverMove(parts, { deadHolder: winner, executionArn: 'arn:third' })).toMatchObject({
      ...{ outcome: 'undo', holder: 'arn:dead' },
    });
  });

  it('is left to people after three that did not end it, by a failure that they are told of', async () => {
    const parts = open({ api: home, app: home }, { takenOverBy: 'arn:last', takeOvers: 3 });
    await expect(takeOverMove(parts, { deadHolder: 'arn:last', executionArn: 'arn:me' })).rejects.toMatchObject({
      ...{ name: 'ConflictError', message: expect.stringMatching(/taken over 3 times/) },
    });
    // What failed so has held nothing: its own end is no reason to try again.
    expect(await takeOverMove(parts, { deadHolder: 'arn:me', executionArn: 'arn:you' })).toMatchObject({
      outcome: 'nothing',
    });
  });

  it('and holds nothing is nothing to take over', async () => {
    const parts = open({});
    expect(await takeOverMove(parts, { deadHolder: 'arn:other', executionArn: 'arn:me' })).toMatchObject({
      outcome: 'nothing',
    });
    expect(parts.read().move?.takenOverBy).toBeUndefined();
  });
});

// Tests of core/promotion/strategies: what each phase writes into the shipped overlays, and where its result shows.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  createBlueGreenStrategy,
  readColours,
  scaleColour,
} from '../../../core/promotion/strategies/blue-green-strategy.ts';
import type { ServiceImage } from '../../../core/promotion/strategies/strategy.ts';
import { digestA, digestB } from './promotion-builder.ts';

const image = (digest: string, tag = 'sha-1'): ServiceImage => ({
  service: 'api-gateway',
  deployment: 'api-gateway',
  image: 'ghcr.io/pyairtable/api-gateway',
  digest,
  tag,
});
/** How many lines differ. */
const linesChanged = (before: string, after: string) => {
  const old = before.split('\n');
  return after.split('\n').filter((line) => !old.includes(line)).length;
};

describe('blue/green', () => {
  const shipped = readFileSync('gitops/overlays/staging/kustomization.yaml', 'utf8');
  const strategy = createBlueGreenStrategy(2);
  const through = (overlay: string, digest: string) =>
    strategy.phases.reduce((text, phase) => strategy.write(phase, text, [image(digest)], 'promotion'), overlay);

  it('fills the idle colour and leaves the live one alone', () => {
    const filled = strategy.write('fill-idle-colour', shipped, [image(digestA)], 'promotion');
    expect(readColours(filled, 'api-gateway')).toEqual({
      active: 'blue',
      idle: 'green',
      digests: { blue: undefined, green: digestA },
      replicas: { blue: 2, green: 2 },
    });
    expect(linesChanged(shipped, filled)).toBe(3);
    expect(strategy.locate('fill-idle-colour', filled, [image(digestA)])).toEqual([
      { service: 'api-gateway', deployment: 'api-gateway-green', address: 'api-gateway-green' },
    ]);
  });

  it('switches by one line, and then asks the live address', () => {
    const filled = strategy.write('fill-idle-colour', shipped, [image(digestA)], 'promotion');
    const switched = strategy.write('switch-traffic', filled, [image(digestA)], 'promotion');
    expect(readColours(switched, 'api-gateway')).toMatchObject({ active: 'green', idle: 'blue' });
    expect(linesChanged(filled, switched)).toBe(1);
    expect(strategy.locate('switch-traffic', switched, [image(digestA)])).toEqual([
      { service: 'api-gateway', deployment: 'api-gateway-green', address: 'api-gateway' },
    ]);
  });

  it('means the same colour when a phase is repeated after the switch', () => {
    const done = through(shipped, digestA);
    expect(through(done, digestA)).toBe(done);
    expect(strategy.locate('fill-idle-colour', done, [image(digestA)])).toMatchObject([
      { deployment: 'api-gateway-green' },
    ]);
  });

  it('goes back to the warm colour by the switch alone', () => {
    const second = through(through(shipped, digestA), digestB);
    expect(readColours(second, 'api-gateway')).toMatchObject({
      active: 'blue',
      digests: { blue: digestB, green: digestA },
    });
    expect(strategy.write('fill-idle-colour', second, [image(digestA)], 'rollback')).toBe(second);
    expect(readColours(through(second, digestA), 'api-gateway').active).toBe('green');
  });

  it('fills a colour again that was scaled down', () => {
    const cooled = scaleColour(through(through(shipped, digestA), digestB), 'api-gateway', 'green', 0);
    expect(readColours(cooled, 'api-gateway').replicas).toEqual({ blue: 2, green: 0 });
    expect(readColours(through(cooled, digestA), 'api-gateway')).toMatchObject({
      active: 'green',
      replicas: { blue: 2, green: 2 },
    });
  });

  it('says what an overlay lacks that was not made for it', () => {
    const rolling = readFileSync('gitops/overlays/dev/kustomization.yaml', 'utf8');
    expect(() => readColours(rolling, 'api-gateway')).toThrow('does not say which colour of api-gateway is live');
  });
});

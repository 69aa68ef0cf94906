// Tests of core/promotion/find-affected-services.ts on the shipped configuration.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import { findAffectedServices, findServicesOfRepository } from '../../../core/promotion/find-affected-services.ts';

const { services } = loadConfiguration('config/pyairtable.yaml');
const folders = ['services/api-gateway', 'services/mcp-server', 'libraries/go', 'libraries/python', 'docs', '.github'];
const file = fc.tuple(fc.constantFrom(...folders), fc.stringMatching(/^[a-z.]{1,8}$/)).map((parts) => parts.join('/'));

describe('findAffectedServices', () => {
  it('names the one service whose folder was touched', () => {
    expect(findAffectedServices(services, 'pyairtable', ['services/api-gateway/main.go'])).toEqual(['api-gateway']);
  });

  it('names every service that uses a shared library', () => {
    expect(findAffectedServices(services, 'pyairtable', ['libraries/python/db.py'])).toEqual([
      'platform-services',
      'automation-services',
      'airtable-gateway',
      'llm-orchestrator',
    ]);
  });

  it('names nothing for documentation', () => {
    expect(findAffectedServices(services, 'pyairtable', ['docs/index.md'])).toEqual([]);
  });

  it('never names a service of another repository', () => {
    fc.assert(
      fc.property(fc.array(file), (files) => {
        const own = findServicesOfRepository(services, 'pyairtable');
        expect(own).toEqual(expect.arrayContaining(findAffectedServices(services, 'pyairtable', files)));
        expect(findAffectedServices(services, 'unknown', files)).toEqual([]);
      }),
    );
  });

  it('does not depend on the order or repetition of files, and more files never mean fewer services', () => {
    fc.assert(
      fc.property(fc.array(file), fc.array(file), (first, second) => {
        const alone = findAffectedServices(services, 'pyairtable', first);
        const both = findAffectedServices(services, 'pyairtable', [...second, ...first, ...first]);
        expect(both).toEqual(expect.arrayContaining(alone));
        expect(both).toEqual(findAffectedServices(services, 'pyairtable', [...first, ...second]));
      }),
    );
  });
});

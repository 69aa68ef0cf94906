// Resource types without effect: each says why.
import { describe, expect, it } from '@jest/globals';
import { createWithoutEffectModule } from '../../../../local/services/without-effect/module.ts';
import { openRuntime } from '../service-runtime.ts';

describe('a resource type without effect', () => {
  it('is created under its physical name and gives its reason', async () => {
    const runtime = await openRuntime([createWithoutEffectModule]);
    expect(await runtime.provide('AWS::CloudWatch::Dashboard', { DashboardBody: '{}' })).toEqual({
      ref: 'app-Thing',
      attributes: {},
    });
    for (const provider of createWithoutEffectModule(runtime.context).providers) {
      expect(Object.values(provider.withoutEffect ?? {}).join('')).toMatch(/\w+ \w+/);
    }
  });
});

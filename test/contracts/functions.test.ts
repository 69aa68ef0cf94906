// What holds between the table of functions and the functions themselves.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { alertDetailSchema, alertFiringExample } from '../../contracts/events/alert.ts';
import { approvalDetailSchema, approvalRequestedExample } from '../../contracts/events/approval.ts';
import { certificateDetailSchema, certificateExpiringExample } from '../../contracts/events/certificate.ts';
import {
  certificateRenewalDetailSchema,
  certificateRenewalFailedExample,
} from '../../contracts/events/certificate-renewal.ts';
import { promotionDetailSchema, promotionSucceededExample } from '../../contracts/events/promotion.ts';
import { rollbackDetailSchema, rollbackSucceededExample } from '../../contracts/events/rollback.ts';
import type { Capability, EnvironmentVariable } from '../../contracts/functions/function-contract.ts';
import { functions } from '../../contracts/functions.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { recoveryRegionFunctions } from '../../contracts/recovery-region-functions.ts';
import { promotionRequestJsonSchema } from '../../contracts/workflows/promote-release-json-schema.ts';

/** Of both regions; what the recovery region deploys once more counts once. */
const entries = Object.entries({ ...recoveryRegionFunctions, ...functions }).map(([name, contract]) => ({
  name,
  ...contract,
}));
/** What a variable is good for only together with. */
const needs: Readonly<Partial<Record<EnvironmentVariable, readonly Capability[]>>> = {
  LEDGER_TABLE_NAME: ['ledger-read', 'ledger-write'],
  EVENT_BUS_NAME: ['bus'],
  CLAIM_CHECK_BUCKET_NAME: ['claim-check-write', 'claim-check-read'],
  GITHUB_SECRET_ID: ['github'],
  GITHUB_WEBHOOK_SECRET_ID: ['github-webhook-secret'],
  ALERTMANAGER_SECRET_ID: ['alertmanager-secret'],
  ARGOCD_SECRET_ID: ['argocd-secret'],
  FLAGGER_SECRET_ID: ['flagger-secret'],
  SLACK_SECRET_ID: ['slack'],
  PAGER_DUTY_SECRET_ID: ['pager-duty'],
  ALARM_TOPIC_ARN: ['alarm-topic'],
  SLACK_SIGNING_SECRET_ID: ['slack-signing-secret'],
  REGISTRY_SECRET_ID: ['registry'],
};

describe('the table of functions', () => {
  it('names every handler exactly once', () => {
    const files = globSync('lambdas/**/*.handler.ts').toSorted();
    expect(entries.map(({ entry }) => entry).toSorted()).toEqual(files);
  });

  it.each(entries)('$name is called like its file, and that exists', ({ name, entry }) => {
    expect(entry.endsWith(`/${name}.handler.ts`)).toBe(true);
    expect(existsSync(entry)).toBe(true);
  });

  it.each(entries)('$name reads exactly the environment that it is given', ({ entry, environment }) => {
    const [, list = ''] = /readEnvironment\(\[([^\]]*)\]\)/.exec(readFileSync(entry, 'utf8')) ?? [];
    const read = [...list.matchAll(/'(\w+)'/g)].map(([, name]) => name);
    expect(read.toSorted()).toEqual([...environment].toSorted());
  });

  it.each(entries)('$name may use what its environment names', ({ environment, uses }) => {
    for (const variable of environment) {
      const needed = needs[variable];
      if (needed !== undefined)
        expect(needed.some((capability) => (uses as readonly Capability[]).includes(capability))).toBe(true);
    }
  });

  it.each(entries)('$name reads the configuration only when it is given one', ({ entry, uses }) => {
    const reads = readFileSync(entry, 'utf8').includes('readConfiguration()');
    expect(reads).toBe((uses as readonly Capability[]).includes('configuration'));
  });
});

describe('the ledger’s keys', () => {
  it('never meet, whatever names they are made of', () => {
    const keys = Object.values(ledgerKey).map((build) => {
      const { pk, sk } = (build as (...parts: string[]) => { pk: string; sk: string })('a', 'b', 'c', 'd');
      return `${pk.split('#')[0]}|${sk.split('#')[0]}`;
    });
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('contracts', () => {
  it('have examples that keep them', () => {
    expect(rollbackDetailSchema.parse(rollbackSucceededExample)).toEqual(rollbackSucceededExample);
    expect(approvalDetailSchema.parse(approvalRequestedExample)).toEqual(approvalRequestedExample);
    expect(alertDetailSchema.parse(alertFiringExample)).toEqual(alertFiringExample);
    expect(promotionDetailSchema.parse(promotionSucceededExample)).toEqual(promotionSucceededExample);
    expect(certificateDetailSchema.parse(certificateExpiringExample)).toEqual(certificateExpiringExample);
    expect(certificateRenewalDetailSchema.parse(certificateRenewalFailedExample)).toEqual(
      certificateRenewalFailedExample,
    );
  });

  it('export the form of a request as JSON Schema', () => {
    expect(promotionRequestJsonSchema()).toMatchObject({
      type: 'object',
      required: ['version', 'environment', 'actor', 'reason'],
      properties: { version: { type: 'string', minLength: 7 } },
    });
  });
});

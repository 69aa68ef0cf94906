// Jobs of GitHub Actions that ask whether they may deploy: core/approvals/read-protection-request.ts and answer-protection-request.ts.
import { describe, expect, it } from '@jest/globals';
import type { DecisionRecord } from '../../../contracts/ledger/decisions.ts';
import { answerProtectionRequest, type ProtectionAnswer } from '../../../core/approvals/answer-protection-request.ts';
import { findProtectionRequest, type ProtectionRequest } from '../../../core/approvals/read-protection-request.ts';
import type { GateVerdict } from '../../../core/gates/gate.ts';
import { configuration } from '../gates/gate-facts-builder.ts';

const runs = 'https://api.github.com/repos/pyairtable/pyairtable/actions/runs';
/** As GitHub's OpenAPI description has it (webhook-deployment-protection-rule-requested), cut to what is read and some beside it. */
const payload = (change: object = {}): object => ({
  action: 'requested',
  environment: 'Prod',
  event: 'push',
  deployment_callback_url: `${runs}/9876543210/deployment_protection_rule`,
  deployment: {
    url: 'https://api.github.com/repos/pyairtable/pyairtable/deployments/1',
    id: 1,
    sha: '5275a45b7e99c7fd7265b790392c10a74101a67a',
    ref: 'main',
    task: 'deploy',
    environment: 'Prod',
    creator: { login: 'ada-release', id: 1 },
  },
  pull_requests: [],
  repository: { id: 2, name: 'pyairtable', full_name: 'pyairtable/pyairtable', private: true },
  installation: { id: 3, node_id: 'MDIz' },
  sender: { login: 'ada-release', id: 1 },
  ...change,
});

describe('a request', () => {
  it('is read as GitHub documents it', () => {
    expect(findProtectionRequest(payload())).toEqual({
      environment: 'Prod',
      repository: 'pyairtable/pyairtable',
      runId: 9_876_543_210,
    });
  });

  it.each<[string, object]>([
    ['another action', { action: 'completed' }],
    ['no callback', { deployment_callback_url: undefined }],
    [
      'the callback of another repository',
      { deployment_callback_url: `${runs.replace('pyairtable/pyairtable', 'mallory/x')}/1/deployment_protection_rule` },
    ],
    ['a callback of another form', { deployment_callback_url: `${runs}/1/approve` }],
    ['no environment', { environment: '' }],
  ])('with %s asks nothing of us', (_, change) => {
    expect(findProtectionRequest(payload(change))).toBeUndefined();
  });

  it('with a foreign callback names no address that we would post to', () => {
    const foreign = {
      deployment_callback_url:
        'https://mallory.example/repos/pyairtable/pyairtable/actions/runs/1/deployment_protection_rule',
    };
    expect(JSON.stringify(findProtectionRequest(payload(foreign)))).not.toContain('mallory');
  });
});

describe('the answer', () => {
  const cause = { eventId: 'delivery', correlationId: 'chain', occurredAt: '2026-12-24T10:00:00.000Z' };

  async function ask(request: Partial<ProtectionRequest> = {}, holds: Record<string, GateVerdict[]> = {}) {
    const asked: string[] = [];
    const answers: ProtectionAnswer[] = [];
    const decisions: DecisionRecord[] = [];
    const ports = {
      async record(decision: DecisionRecord) {
        // Before GitHub hears of it.
        expect(answers).toEqual([]);
        decisions.push(decision);
      },
      readHolds: async ({ environment, service }: { environment: string; service: string }) => {
        asked.push(`${environment}/${service}`);
        return holds[service] ?? [];
      },
      answer: async (_: ProtectionRequest, answer: ProtectionAnswer) => answers.push(answer) > 0,
    };
    const whole = { environment: 'Prod', repository: 'pyairtable/pyairtable', runId: 1, ...request };
    const answer = await answerProtectionRequest(configuration, ports, whole, cause);
    expect(answers).toEqual([{ state: answer.state, comment: answer.comment }]);
    expect(decisions).toMatchObject([
      { words: answer.comment, outcome: answer.state === 'approved' ? 'acted' : 'refused', correlationId: 'chain' },
    ]);
    return { asked, answer };
  }
  const frozen: GateVerdict = {
    gate: 'not-frozen',
    verdict: 'closed',
    reason: 'holidays: reduced staff',
    nextOpen: '2027-01-04T07:00:00.000Z',
  };

  it('is yes when nothing holds up any service of the repository in that environment, whatever the case of its name', async () => {
    const { asked, answer } = await ask();
    const own = Object.entries(configuration.services).flatMap(([name, { repository }]) =>
      repository === 'pyairtable' ? [`prod/${name}`] : [],
    );
    expect(own.length).toBeGreaterThan(1);
    expect(asked).toEqual(own);
    expect(answer).toMatchObject({ state: 'approved', isTaken: true });
  });

  it('is no with the reason, each once, and when it opens', async () => {
    const incident: GateVerdict = {
      gate: 'no-open-incident',
      verdict: 'closed',
      reason: 'mcp-server has an open incident',
    };
    const { answer } = await ask({}, { 'api-gateway': [frozen], 'mcp-server': [frozen, incident] });
    expect(answer).toMatchObject({
      state: 'rejected',
      comment:
        'holidays: reduced staff (until 2027-01-04T07:00:00.000Z); mcp-server has an open incident. Run the job again when that is over',
    });
  });

  it('is no to what cannot be told, and to what the configuration does not know', async () => {
    const unknown: GateVerdict = { gate: 'no-open-incident', verdict: 'cannot-tell', reason: 'whether an alert fires' };
    expect((await ask({}, { 'api-gateway': [unknown] })).answer.comment).toContain(
      'api-gateway: cannot tell whether an alert fires',
    );
    expect((await ask({ environment: 'qa' })).answer).toMatchObject({
      state: 'rejected',
      comment: expect.stringContaining('qa is no environment of ours'),
    });
    expect((await ask({ repository: 'pyairtable/other' })).answer).toMatchObject({
      state: 'rejected',
      comment: 'no service of ours comes from pyairtable/other',
    });
  });
});

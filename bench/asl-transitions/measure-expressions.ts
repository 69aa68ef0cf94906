// What JSONata costs in our interpreter, bounds included, over evaluating the same expressions with the `jsonata` package alone.
import jsonata from 'jsonata';
import { createEvaluator } from '../../local/services/states/engine/expression/evaluator.ts';
import { parseTemplate } from '../../local/services/states/engine/expression/template.ts';
import { interleave, median } from '../compare.ts';

/** As the workflows have them: paths, comparisons, constructors and cheap functions; evaluated beside the interpreter. */
export const plainExpressions = [
  '$states.result.Payload.outcome',
  '$states.input.detail.metadata.eventId',
  "$states.result.Payload.outcome = 'promote'",
  "$states.context.Execution.Name & '-PromotionStarted'",
  "$exists($states.input.detail.metadata.actor) ? $states.input.detail.metadata.actor : 'unknown'",
  '$min([$pauseSeconds * 2, 60])',
  '{"environment": $states.result.Payload.environment, "commit": $states.input.detail.after}',
];
/** Those that loop over data: evaluated in a thread that can be ended. */
export const loopingExpressions = [
  '$states.result.Payload.services.{"name": name, "version": version, "image": "unresolved"}',
  '[$states.result.Payload.services[version != null].name]',
];

const bindings = {
  states: {
    input: { detail: { after: 'e1f2', metadata: { eventId: '0190', correlationId: '0189', actor: 'ada' } } },
    context: { Execution: { Name: '0190', StartTime: '2026-01-01T00:00:00Z' } },
    result: {
      Payload: {
        outcome: 'promote',
        environment: 'dev',
        services: ['api-gateway', 'frontend', 'mcp-server'].map((name) => ({ name, version: '1.2.3', commit: 'e1f2' })),
      },
    },
  },
  variables: { pauseSeconds: 5 },
};

export interface ExpressionRates {
  /** Evaluations a second. */
  readonly ours: number;
  readonly raw: number;
}

/** Evaluates the expressions one after the other, ours and the bare package in turns. */
export async function measureExpressions(sources: readonly string[], milliseconds: number): Promise<ExpressionRates> {
  const evaluator = createEvaluator({ now: Date.now });
  const templates = sources.map((source) =>
    parseTemplate(`{% ${source} %}`, 'Output', ({ message }) => {
      throw new Error(`${source}: ${message}`);
    }),
  );
  const visible = {
    states: bindings.states,
    variable: (name: string) => bindings.variables[name as keyof typeof bindings.variables],
  };
  const parsed = sources.map((source) => jsonata(source));
  const rawBindings = { states: bindings.states, ...bindings.variables };
  const evaluateOurs = async (index: number) =>
    (await evaluator.evaluate(templates.slice(index, index + 1), visible))[0];
  const evaluateRaw = async (index: number) => await parsed[index]?.evaluate(undefined, rawBindings);
  try {
    for (const index of sources.keys()) {
      const [ours, raw] = [await evaluateOurs(index), await evaluateRaw(index)];
      if (JSON.stringify(ours) !== JSON.stringify(raw)) throw new Error(`${sources[index]} gave ${ours}, alone ${raw}`);
    }
    const results = await interleave(6, {
      ours: () => measureRate(sources.length, milliseconds, evaluateOurs),
      raw: () => measureRate(sources.length, milliseconds, evaluateRaw),
    });
    // The first round warms up.
    return { ours: median(results.ours.slice(1)), raw: median(results.raw.slice(1)) };
  } finally {
    await evaluator.close();
  }
}

async function measureRate(count: number, milliseconds: number, evaluate: (index: number) => Promise<unknown>) {
  const startedAt = performance.now();
  for (let evaluations = count; ; evaluations += count) {
    for (let index = 0; index < count; index += 1) await evaluate(index);
    const elapsed = performance.now() - startedAt;
    if (elapsed >= milliseconds) return (evaluations / elapsed) * 1000;
  }
}

// Choice: goes where the first rule points whose condition is true.
import type { ChoiceState } from '../definition/state-machine.ts';
import { EvaluationFailure } from '../expression/evaluator.ts';
import { StateFailure } from '../state-failure.ts';
import type { StateOutcome } from '../state-runners.ts';
import type { Thread } from '../thread.ts';

/** Conditions are evaluated one by one: those behind the first true one are never looked at. */
export async function runChoice(state: ChoiceState, thread: Thread): Promise<StateOutcome> {
  for (const [index, rule] of state.choices.entries()) {
    const value = await thread.evaluateOne(rule.condition);
    if (typeof value !== 'boolean') {
      const field = `Choices[${index}]/Condition`;
      throw new EvaluationFailure(
        field,
        `The field '${field}' must evaluate to a boolean, but was: ${JSON.stringify(value)}`,
      );
    }
    if (value) return { next: rule.next, flow: rule };
  }
  if (state.default !== undefined) return { next: state.default };
  throw new StateFailure(
    'States.NoChoiceMatched',
    `An error occurred while executing the state '${state.name}' (entered at the event id #${thread.checkpoint.enteredEventId}). No rule of the Choice matched and it has no Default.`,
  );
}

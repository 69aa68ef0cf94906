// A state machine as a Mermaid flowchart: https://mermaid.js.org/syntax/flowchart.html

export interface StateMachineDefinition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, StateDefinition>>;
}

interface StateDefinition {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Condition?: string; readonly Next: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
}

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly isCaught: boolean;
}

/**
 * Solid arrows are what follows, dotted ones what follows an error. Left out are those for any error that lead where most
 * of them lead (`rescue`), and those that lead on as if nothing had happened.
 */
export function drawWorkflow({ StartAt, States }: StateMachineDefinition): { diagram: string; rescue?: string } {
  const rescue = findRescue(States);
  const ids = new Map(Object.keys(States).map((name, index) => [name, `s${index}`]));
  const id = (name: string): string => ids.get(name) ?? name;
  const arrows = Object.entries(States).flatMap(([name, state]) => listArrows(name, state, rescue));
  return {
    diagram: [
      'flowchart TD',
      `  start((start)) --> ${id(StartAt)}`,
      ...Object.entries(States).map(([name, { Type }]) => `  ${id(name)}${drawShape(name, Type)}`),
      ...arrows.map(
        ({ from, to, label, isCaught }) =>
          `  ${id(from)} ${isCaught ? '-.->' : '-->'}${label === '' ? '' : `|"${quote(label)}"|`} ${id(to)}`,
      ),
    ].join('\n'),
    ...(rescue === undefined ? {} : { rescue }),
  };
}

function listArrows(from: string, state: StateDefinition, rescue: string | undefined): Arrow[] {
  const choices = (state.Choices ?? []).map(({ Condition = '', Next }) => ({
    from,
    to: Next,
    label: Condition.replace(/^\{%\s*|\s*%\}$/g, '').replaceAll('$', ''),
    isCaught: false,
  }));
  const next = state.Next ?? state.Default;
  const following =
    next === undefined ? [] : [{ from, to: next, label: choices.length === 0 ? '' : 'else', isCaught: false }];
  const caught = (state.Catch ?? [])
    .filter(({ ErrorEquals, Next }) => Next !== state.Next && !(ErrorEquals.includes('States.ALL') && Next === rescue))
    .map(({ ErrorEquals, Next }) => ({
      from,
      to: Next,
      label: ErrorEquals.includes('States.ALL') ? 'any error' : ErrorEquals.map(shortName).join(', '),
      isCaught: true,
    }));
  return [...choices, ...following, ...caught];
}

/** Where most states go with any error. */
function findRescue(states: StateMachineDefinition['States']): string | undefined {
  const counts = new Map<string, number>();
  for (const { Catch = [], Next: following } of Object.values(states)) {
    for (const { ErrorEquals, Next } of Catch) {
      if (ErrorEquals.includes('States.ALL') && Next !== following) counts.set(Next, (counts.get(Next) ?? 0) + 1);
    }
  }
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  return first !== undefined && first[1] > 2 ? first[0] : undefined;
}

function drawShape(name: string, type: string): string {
  const text = `"${quote(name)}"`;
  if (type === 'Choice') return `{${text}}`;
  if (type === 'Wait') return `([${text}])`;
  return type === 'Succeed' || type === 'Fail' ? `(((${text})))` : `[${text}]`;
}

function shortName(error: string): string {
  return error.replace(/^\w+\./, '').replace(/Exception$/, '');
}

function quote(text: string): string {
  return text.replaceAll('"', '#quot;');
}

// All rules by bus, each bus with an index that finds those an event matches.
import type { Table } from '../../../storage/store.ts';
import { type EventPattern, parsePattern } from '../pattern/parse-pattern.ts';
import { PatternIndex } from '../pattern/pattern-index.ts';
import type { Rule } from './rule.ts';

export class RuleRegistry {
  /** Rules made through the API survive a restart; those of the template come with it. */
  readonly #madeThroughApi: Table<Rule>;
  readonly #rules = new Map<string, Rule>();
  readonly #indexes = new Map<string, PatternIndex<string>>();
  readonly #patterns = new WeakMap<Rule, EventPattern>();
  /** Called after each change of a rule; `undefined` when it is gone. */
  onChange: (arn: string, rule: Rule | undefined) => void = () => undefined;

  constructor(madeThroughApi: Table<Rule>) {
    this.#madeThroughApi = madeThroughApi;
    for (const [arn, rule] of madeThroughApi.entries()) this.#rules.set(arn, rule);
  }

  put(rule: Rule, origin: 'api' | 'template'): void {
    this.#rules.set(rule.arn, rule);
    if (origin === 'api') this.#madeThroughApi.put(rule.arn, rule);
    this.#changed(rule.arn, rule);
  }

  delete(arn: string): void {
    const rule = this.#rules.get(arn);
    if (!rule) return;
    this.#rules.delete(arn);
    this.#madeThroughApi.delete(arn);
    this.#changed(arn, rule);
  }

  find(arn: string): Rule | undefined {
    return this.#rules.get(arn);
  }

  list(region: string, busName: string): Rule[] {
    return [...this.#rules.values()]
      .filter((rule) => rule.region === region && rule.busName === busName)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  values(): IterableIterator<Rule> {
    return this.#rules.values();
  }

  /** The enabled rules of the bus whose pattern the event matches, in the order of their names. */
  findMatching(region: string, busName: string, event: unknown): Rule[] {
    const key = `${region}/${busName}`;
    let index = this.#indexes.get(key);
    if (!index) {
      index = this.#buildIndex(region, busName);
      this.#indexes.set(key, index);
    }
    return index
      .find(event)
      .sort()
      .map((arn) => this.#rules.get(arn))
      .filter((rule) => rule !== undefined);
  }

  #buildIndex(region: string, busName: string): PatternIndex<string> {
    const patterns: [string, EventPattern][] = [];
    for (const rule of this.list(region, busName)) {
      if (rule.isEnabled && rule.eventPattern) patterns.push([rule.arn, this.#getPattern(rule, rule.eventPattern)]);
    }
    return new PatternIndex(patterns);
  }

  #getPattern(rule: Rule, text: string): EventPattern {
    let pattern = this.#patterns.get(rule);
    if (!pattern) {
      pattern = parsePattern(text);
      this.#patterns.set(rule, pattern);
    }
    return pattern;
  }

  #changed(arn: string, rule: Rule): void {
    this.#indexes.delete(`${rule.region}/${rule.busName}`);
    this.onChange(arn, this.#rules.get(arn));
  }
}

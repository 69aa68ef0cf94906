// Faults on order: which of the next requests fail, and how, so that tests can break the world at a chosen moment.
import { compilePathPattern } from './path-pattern.ts';

export interface HttpFault {
  /** All methods by default. */
  readonly method?: string;
  /** A pattern such as `/repos/{owner}/{repo}/git/refs/{ref...}`, or a regular expression over the path; all paths by default. */
  readonly path?: string | RegExp;
  /** How many matching requests fail; 1 by default. */
  readonly times?: number;
  /** How many matching requests pass before the first one fails; 0 by default. */
  readonly skip?: number;
  /** The request takes effect and only its answer is lost; by default nothing takes effect. */
  readonly afterEffect?: boolean;
  /** What is answered; 500 by default. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Never answers. */
  readonly timeout?: boolean;
  /** Resets the connection. */
  readonly reset?: boolean;
}

export interface FaultRules {
  inject(fault: HttpFault): void;
  /** The fault that this request meets, if any; counts it. The oldest rule goes first. */
  take(request: { readonly method: string; readonly path: string }): HttpFault | undefined;
  clear(): void;
}

/** An empty set of rules; `complete` fills in what the emulated service would say, e.g. its error body for a bare status. */
export function createFaultRules(complete: (fault: HttpFault) => HttpFault = (fault) => fault): FaultRules {
  let rules: { fault: HttpFault; matches: (path: string) => boolean; skip: number; left: number }[] = [];
  return {
    inject(fault) {
      const { path } = fault;
      const matches =
        path === undefined
          ? () => true
          : path instanceof RegExp
            ? (actual: string) => path.test(actual)
            : (actual: string) => compilePathPattern(path)(actual) !== undefined;
      rules.push({ fault: complete(fault), matches, skip: fault.skip ?? 0, left: fault.times ?? 1 });
    },
    take(request) {
      for (const rule of rules) {
        if (rule.fault.method !== undefined && rule.fault.method !== request.method) continue;
        if (!rule.matches(request.path)) continue;
        if (rule.skip > 0) {
          rule.skip -= 1;
          continue;
        }
        rule.left -= 1;
        rules = rules.filter(({ left }) => left > 0);
        return rule.fault;
      }
      return undefined;
    },
    clear() {
      rules = [];
    },
  };
}

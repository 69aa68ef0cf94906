// Did a service answer a smoke test as told?
import type { SmokeTest } from '../../config/service-schema.ts';

export interface SmokeTestAnswer {
  readonly status: number;
  readonly body: string;
  readonly durationMilliseconds: number;
}

/** The verdict on one answer, with everything that is wrong with it. */
export function decideSmokeTest(
  test: SmokeTest,
  answer: SmokeTestAnswer,
): { readonly passed: boolean; readonly words: string } {
  const problems: string[] = [];
  if (answer.status !== test.expectedStatus) problems.push(`status ${answer.status} instead of ${test.expectedStatus}`);
  if (test.expectedBody !== undefined && !answer.body.includes(test.expectedBody)) {
    problems.push(`the body lacks ${JSON.stringify(test.expectedBody)}`);
  }
  if (answer.durationMilliseconds > test.maximumLatencyMilliseconds) {
    problems.push(`took ${answer.durationMilliseconds} ms, allowed are ${test.maximumLatencyMilliseconds} ms`);
  }
  return problems.length === 0
    ? { passed: true, words: `GET ${test.path} answered ${answer.status}` }
    : { passed: false, words: `GET ${test.path}: ${problems.join(', ')}` };
}

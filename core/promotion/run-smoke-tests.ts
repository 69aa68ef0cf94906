// Runs the smoke tests of the promoted services: the release counts only when each one answers as told.
import type { Configuration } from '../../config/schema.ts';
import type { SmokeTest } from '../../config/service-schema.ts';
import type { ResolvedService } from '../../contracts/workflows/promotion.ts';
import type { SmokeTestResult } from '../../contracts/workflows/rollout.ts';
import type { Clock } from '../clock.ts';
import { decideSmokeTest, type SmokeTestAnswer } from './decide-smoke-test.ts';

/** Reaches a service inside its cluster. An answer of any status is an answer; throws only when there is none. */
export interface ServiceProbe {
  get(service: string, path: string, timeoutMilliseconds: number): Promise<SmokeTestAnswer>;
}

export interface SmokeTestReport {
  readonly passed: boolean;
  readonly words: string;
  readonly results: readonly SmokeTestResult[];
}

/** A pod that has just become ready may need a moment before the service routes to it. */
const attempts = 3;
const pauseMilliseconds = 1_000;

/** All tests of all services, services side by side; each test gets a few attempts. */
export async function runSmokeTests(
  configuration: Configuration,
  ports: { readonly probe: ServiceProbe; readonly clock: Clock },
  services: readonly ResolvedService[],
): Promise<SmokeTestReport> {
  const perService = await Promise.all(services.map(async ({ name }) => await runTestsOf(name)));
  const results = perService.flat();
  const failures = results.filter(({ passed }) => !passed);
  const words =
    failures.length === 0
      ? `${results.length} smoke test${results.length === 1 ? '' : 's'} passed`
      : failures.map(({ service, test, words: why }) => `smoke test ${test} of ${service} failed: ${why}`).join('; ');
  return { passed: failures.length === 0, words, results };

  async function runTestsOf(service: string): Promise<SmokeTestResult[]> {
    const results: SmokeTestResult[] = [];
    for (const test of configuration.services[service]?.smokeTests ?? []) results.push(await runOne(service, test));
    return results;
  }

  async function runOne(service: string, test: SmokeTest): Promise<SmokeTestResult> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await ports.probe.get(service, test.path, test.maximumLatencyMilliseconds);
      const verdict = decideSmokeTest(test, answer);
      if (verdict.passed || attempt === attempts) {
        return { service, test: test.name, ...verdict, durationMilliseconds: answer.durationMilliseconds };
      }
      await ports.clock.sleep(pauseMilliseconds);
    }
  }
}

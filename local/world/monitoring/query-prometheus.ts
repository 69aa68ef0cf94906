// Asks a Prometheus for one number.

/** Longer than Flagger's own 5 s: a busy machine is no missing metric. */
const longestAnswerMilliseconds = 60_000;

/** The first value of an instant query; undefined for an empty result and for NaN. @throws Error when it is not answered. */
export async function queryPrometheus(url: string, query: string): Promise<number | undefined> {
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`, {
    signal: AbortSignal.timeout(longestAnswerMilliseconds),
  });
  if (answer.status !== 200) throw new Error(`error response: ${await answer.text()}`);
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  const value = Number(data.result[0]?.value[1] ?? Number.NaN);
  return Number.isNaN(value) ? undefined : value;
}

// Which failed webhook deliveries are worth asking for again?

/** One attempt of GitHub to deliver; a redelivery is another attempt under the same guid. */
export interface DeliveryAttempt {
  readonly id: number;
  readonly guid: string;
  /** ISO 8601. */
  readonly deliveredAt: string;
  /** HTTP status that GitHub saw; 0 when there was no answer. */
  readonly statusCode: number;
}

export interface RedeliveryPlan {
  /** Attempts to repeat, oldest first. */
  readonly redeliver: readonly DeliveryAttempt[];
  /** Guids that failed so often that a person must look. */
  readonly givenUp: readonly string[];
}

/** GitHub redelivers what is at most three days old. */
const maximumAgeMilliseconds = 3 * 86_400_000;
/** One run asks for so many; the next one goes on. */
const maximumPerRun = 100;
const maximumAttempts = 8;
/** Answers by which we say that the delivery itself is wrong: sending it again changes nothing. */
const finalStatuses = [400, 404, 405, 409, 413];

/** A delivery counts as lost when none of its attempts was taken; 401 is repeated, for a secret may have been wrong on our side. */
export function decideRedeliveries(attempts: readonly DeliveryAttempt[], now: number): RedeliveryPlan {
  const byGuid = Map.groupBy(attempts, ({ guid }) => guid);
  const redeliver: DeliveryAttempt[] = [];
  const givenUp: string[] = [];
  for (const [guid, all] of byGuid) {
    const latest = all.toSorted((left, right) => (left.deliveredAt < right.deliveredAt ? 1 : -1))[0];
    if (latest === undefined || all.some(({ statusCode }) => statusCode >= 200 && statusCode < 300)) continue;
    if (finalStatuses.includes(latest.statusCode)) continue;
    if (now - Date.parse(latest.deliveredAt) > maximumAgeMilliseconds) continue;
    if (all.length >= maximumAttempts) givenUp.push(guid);
    else redeliver.push(latest);
  }
  redeliver.sort((left, right) => (left.deliveredAt < right.deliveredAt ? -1 : 1));
  return { redeliver: redeliver.slice(0, maximumPerRun), givenUp };
}

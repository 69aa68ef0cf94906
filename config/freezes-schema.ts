// Times in which nothing moves forward. There is no key by which one could speak of a rollback or a restore.
import { z } from 'zod';
import { name, timeZone } from './values.ts';

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const wallTime = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time of day such as 18:00, at most 24:00');
const localTime = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d$/, 'must be such as 2026-12-24T12:00');

const common = {
  name,
  reason: z.string().min(1).max(200),
  /** Absent: all. */
  environments: z.array(name).min(1).optional(),
  services: z.array(name).min(1).optional(),
  /** In which the times are meant, also over a change to or from summer time. */
  timeZone: timeZone.default('UTC'),
};

/** Each week: begins at `from` on those days, and ends at `to`, of the next day when that is not later. */
const recurringSchema = z.strictObject({
  ...common,
  weekdays: z.array(z.enum(weekdays)).min(1),
  from: wallTime,
  to: wallTime,
});

const onceSchema = z
  .strictObject({ ...common, from: localTime, until: localTime })
  .refine(({ from, until }) => from < until, { path: ['until'], error: 'must be later than from' });

export const freezesSchema = z.array(z.union([recurringSchema, onceSchema]));
export type ConfiguredFreeze = z.output<typeof freezesSchema>[number];

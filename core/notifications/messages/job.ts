// What people are told of a scheduled job: one message while something is wrong with it, closed when it is in order again.
import { type JobEventType, jobDetailSchema, jobEventTypes, watchdogSource } from '../../../contracts/events/job.ts';
import type { Mark } from '../../../contracts/notifications.ts';
import { defineMessages } from '../define-messages.ts';

const words: Readonly<Record<JobEventType, { readonly mark: Mark; readonly verb: string }>> = {
  JobMissed: { mark: 'failure', verb: 'was missed' },
  JobOverran: { mark: 'soon', verb: 'does not end' },
  JobAnomalous: { mark: 'failure', verb: 'did much less than usual' },
  JobRecovered: { mark: 'success', verb: 'is in order again' },
};

/** Of no environment: the default channel. */
export const jobMessages = defineMessages({
  source: watchdogSource,
  types: jobEventTypes,
  schema: jobDetailSchema,
  build(type, { job, reason }) {
    return {
      subject: `job/${job.name}`,
      family: 'job',
      severity: type === 'JobRecovered' ? 'info' : 'warning',
      rank: 0,
      closes: type === 'JobRecovered',
      recurring: true,
      mark: words[type].mark,
      headline: `The scheduled ${job.name} ${words[type].verb}`,
      reason,
      facts: [
        { label: 'schedule', value: job.schedule, code: true },
        { label: 'last success', value: job.lastSuccessAt ?? 'never' },
      ],
      details: [],
    };
  },
});

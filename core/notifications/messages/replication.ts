// What people are told of the replication: one message while something lags, closed when it is in time again.
import {
  replicationDetailSchema,
  replicationEventTypes,
  replicationSource,
} from '../../../contracts/events/replication.ts';
import { defineMessages } from '../define-messages.ts';

/** Of no environment: the default channel. */
export const replicationMessages = defineMessages({
  source: replicationSource,
  types: replicationEventTypes,
  schema: replicationDetailSchema,
  build(type, { replication, reason }) {
    const lags = type === 'ReplicationLagging';
    return {
      subject: `recovery/${replication.dataClass}/${replication.subject}`,
      family: 'recovery',
      severity: lags ? 'warning' : 'info',
      rank: 0,
      closes: !lags,
      recurring: true,
      mark: lags ? 'failure' : 'success',
      headline: `${replication.dataClass} ${replication.subject} ${lags ? 'is too old' : 'is in time again'} in the recovery region`,
      reason,
      facts: [
        { label: 'recovery point', value: `${replication.rpoSeconds} s` },
        { label: 'target', value: `${replication.targetSeconds} s` },
      ],
      details: [],
    };
  },
});

// Functions below lambdas/notifications/: telling people.
import { type FunctionContract, githubEnvironment } from './function-contract.ts';

export const notificationFunctions = {
  notify: {
    entry: 'lambdas/notifications/notify.handler.ts',
    description: 'Tells people what became of a subject, in one message that is edited',
    concern: 'notification',
    environment: [
      'LEDGER_TABLE_NAME',
      'SLACK_SECRET_ID',
      'PAGER_DUTY_SECRET_ID',
      'ALARM_TOPIC_ARN',
      ...githubEnvironment,
    ],
    uses: ['ledger-read', 'ledger-write', 'slack', 'pager-duty', 'alarm-topic', 'github', 'configuration'],
  },
} as const satisfies Record<string, FunctionContract>;

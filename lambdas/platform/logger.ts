// The logger of the running function.
import { Logger } from '@aws-lambda-powertools/logger';
import { AutomationLogFormatter } from './log-formatter.ts';

/** Log ids and outcomes; never a whole event, a payload or a secret. */
export const logger = new Logger({
  serviceName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'automation',
  logFormatter: new AutomationLogFormatter(),
});

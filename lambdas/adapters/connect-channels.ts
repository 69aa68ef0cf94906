// The channels of the running function; Slack for every name of its own.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { ChannelName } from '../../core/notifications/find-channels.ts';
import type { Channel } from '../../core/notifications/tell-people.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { systemClock } from '../platform/system-clock.ts';
import { createAddressReader } from './address-reader.ts';
import { connectGitHub } from './connect-github.ts';
import { createEmailChannel } from './email-channel.ts';
import { createGitHubCommentChannel } from './github-comment-channel.ts';
import { createPagerDutyChannel } from './pager-duty-channel.ts';
import { createSecretReader, pagerDutySecretSchema, slackSecretSchema } from './secret-reader.ts';
import { createSlackChannel } from './slack-channel.ts';

export function connectChannels(environment: {
  readonly SLACK_SECRET_ID: string;
  readonly PAGER_DUTY_SECRET_ID: string;
  readonly GITHUB_SECRET_ID: string;
  readonly ALARM_TOPIC_ARN: string;
  readonly ADDRESSES_PARAMETER_PATH: string;
}): (name: ChannelName) => Channel {
  const secrets = new SecretsManagerClient(awsClientOptions);
  const address = createAddressReader(
    new SSMClient(awsClientOptions),
    systemClock,
    environment.ADDRESSES_PARAMETER_PATH,
  );
  const slack = createSlackChannel(
    address,
    createSecretReader(secrets, systemClock, environment.SLACK_SECRET_ID, slackSecretSchema),
    systemClock,
  );
  const others = {
    email: createEmailChannel(new SNSClient(awsClientOptions), environment.ALARM_TOPIC_ARN),
    'pager-duty': createPagerDutyChannel(
      address,
      createSecretReader(secrets, systemClock, environment.PAGER_DUTY_SECRET_ID, pagerDutySecretSchema),
      systemClock,
    ),
    github: createGitHubCommentChannel(connectGitHub(environment).client),
  };
  return (name) => (name in others ? others[name as keyof typeof others] : slack);
}

// E-mail as a channel, through Amazon SNS: a mail for each state, since a mail cannot be edited.
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { renderMail } from '../../core/notifications/render-mail.ts';
import type { Channel } from '../../core/notifications/tell-people.ts';

export function createEmailChannel(client: SNSClient, topicArn: string): Channel {
  return {
    async show(announcement) {
      const { subject, body } = renderMail(announcement);
      await client.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: body }));
    },
  };
}

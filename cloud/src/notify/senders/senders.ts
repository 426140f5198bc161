/** One sender for each kind of address. */
import type { Clock } from '@karez/model';
import type { Senders } from '../notice.ts';
import { emailSender, type MailServer } from './email.ts';
import { ntfySender } from './ntfy.ts';
import { dingtalkSender, feishuSender, ROBOT_HOSTS, type RobotHosts, wecomSender } from './robots.ts';
import { webhookSender } from './webhook.ts';

export function makeSenders(clock: Clock, mail: MailServer | undefined, hosts: RobotHosts = ROBOT_HOSTS): Senders {
  return {
    email: emailSender(mail),
    webhook: webhookSender(clock),
    dingtalk: dingtalkSender(clock, hosts),
    wecom: wecomSender(hosts),
    feishu: feishuSender(clock, hosts),
    ntfy: ntfySender,
  };
}

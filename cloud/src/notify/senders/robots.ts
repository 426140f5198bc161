/**
 * Group robots of the three work messengers in China. Each takes a text by HTTP and says in JSON whether it took it.
 *
 * - DingTalk: open.dingtalk.com, custom robot; signature base64(HMAC-SHA256(secret, "timestamp\nsecret")), milliseconds, in
 *   the address. 20 messages a minute; more are refused with 130101, -1 is trouble of the server.
 * - WeCom: developer.work.weixin.qq.com, group robot; the key in the address. 20 a minute, more: 45009; -1 is busy.
 * - Feishu: open.feishu.cn, custom bot; signature base64(HMAC-SHA256("timestamp\nsecret", "")), seconds, in the body.
 *   100 a minute and 5 a second, more: 11232 and 9499.
 */
import { createHmac } from 'node:crypto';
import type { Clock } from '@karez/model';
import type { Message, Send } from '../notice.ts';
import { postToRobot } from '../post.ts';

/** Where the services are; a test puts its own in place. */
export interface RobotHosts {
  dingtalk: string;
  wecom: string;
  feishu: string;
}
export const ROBOT_HOSTS: RobotHosts = {
  dingtalk: 'https://oapi.dingtalk.com',
  wecom: 'https://qyapi.weixin.qq.com',
  feishu: 'https://open.feishu.cn',
};

const text = ({ subject, body, link }: Message) => [subject, body, link].filter((part) => part).join('\n');

export function dingtalkSender(clock: Clock, hosts: RobotHosts): Send<'dingtalk'> {
  return ({ token, secret }, message) => {
    const query = new URLSearchParams({ access_token: token });
    if (secret !== undefined) {
      const timestamp = String(Math.round(clock.wallMs()));
      query.set('timestamp', timestamp);
      query.set('sign', createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64'));
    }
    const body = { msgtype: 'text', text: { content: text(message) } };
    return postToRobot(`${hosts.dingtalk}/robot/send?${query}`, body, 'errcode', [-1, 130101]);
  };
}

export function wecomSender(hosts: RobotHosts): Send<'wecom'> {
  return ({ key }, message) => {
    const query = new URLSearchParams({ key });
    const body = { msgtype: 'text', text: { content: text(message) } };
    return postToRobot(`${hosts.wecom}/cgi-bin/webhook/send?${query}`, body, 'errcode', [-1, 45009]);
  };
}

export function feishuSender(clock: Clock, hosts: RobotHosts): Send<'feishu'> {
  return ({ hook, secret }, message) => {
    const timestamp = String(Math.floor(clock.wallMs() / 1000));
    const signed =
      secret === undefined
        ? {}
        : { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64') };
    const body = { ...signed, msg_type: 'text', content: { text: text(message) } };
    return postToRobot(
      `${hosts.feishu}/open-apis/bot/v2/hook/${encodeURIComponent(hook)}`,
      body,
      'code',
      [9499, 11232],
    );
  };
}

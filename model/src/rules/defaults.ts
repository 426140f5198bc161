/** Rules that a farm has from the start, because silence that nobody notices is the worst of all (they can be changed and switched off). */
import type { Rule } from './rule.ts';

const TELL: Rule['tell'] = [{ role: 'owner' }, { role: 'operator' }];

export const DEFAULT_RULES: readonly Rule[] = [
  {
    ...{ id: 'gateway-silent', enabled: true, scope: {}, severity: 'critical', tell: TELL },
    title: { en: 'Gateway silent', zh: '网关失联' },
    condition: { type: 'gateway-silent', forS: 180 },
    message: {
      en: 'Nothing was heard of {device} for {limit} s. Power or link is down; its alerts come when it is back.',
      zh: '{device}已超过{limit}秒无消息，可能断电或断网；恢复后补报其间的告警。',
    },
  },
  {
    ...{ id: 'device-silent', enabled: true, scope: {}, severity: 'warning', tell: TELL },
    title: { en: 'Device silent', zh: '设备无数据' },
    condition: { type: 'silent', intervals: 5, leastS: 300 },
    message: {
      en: '{device} is not heard any more. Look at its power, its cable or its battery.',
      zh: '{device}没有数据，请检查供电、线路或电池。',
    },
  },
];

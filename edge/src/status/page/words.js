/** The page's words, English and Chinese. */

const EN = {
  /** Between two sentences. */
  gap: ' ',
  linkUp: 'The link to the cloud is up.',
  linkConnecting: 'Connecting to the cloud.',
  linkDown: 'No link to the cloud; readings are kept here.',
  diskFull: 'The disk refuses writes: nothing is accepted.',
  unreachable: 'The gateway does not answer.',
  allHeard: (n) => (n === 1 ? 'Its device is heard.' : `All ${n} devices are heard.`),
  notHeard: (n, all) => `${n} of ${all} devices ${n === 1 ? 'is' : 'are'} not heard.`,
  accepted: 'Accepted',
  stored: 'Stored in the cloud',
  waiting: 'Waiting to be sent',
  journal: 'Journal',
  room: 'Room without link',
  noData: 'no data yet',
  absent: 'no sensor',
  rejections: 'Refused lately',
  now: 'just now',
  seconds: (n) => `${n} s ago`,
  minutes: (n) => `${n} min ago`,
  hours: (n) => `${n} h ago`,
  days: (n) => `${n} d ago`,
  roomHours: (n) => `${n} h`,
  roomDays: (n) => `${n} days`,
  suspect: { RANGE: 'out of range', RATE: 'jumps', STUCK: 'does not move' },
};

const ZH = {
  gap: '',
  linkUp: '与云端连接正常。',
  linkConnecting: '正在连接云端。',
  linkDown: '与云端断开，数据保存在本机。',
  diskFull: '磁盘不可写，无法接收数据。',
  unreachable: '网关没有响应。',
  allHeard: (n) => `${n} 台设备全部在线。`,
  notHeard: (n, all) => `${all} 台设备中有 ${n} 台无数据。`,
  accepted: '已接收',
  stored: '云端已存',
  waiting: '待上传',
  journal: '本机占用',
  room: '断网可存',
  noData: '还没有数据',
  absent: '无传感器',
  rejections: '最近拒收',
  now: '刚刚',
  seconds: (n) => `${n} 秒前`,
  minutes: (n) => `${n} 分钟前`,
  hours: (n) => `${n} 小时前`,
  days: (n) => `${n} 天前`,
  roomHours: (n) => `${n} 小时`,
  roomDays: (n) => `${n} 天`,
  suspect: { RANGE: '超出范围', RATE: '突变', STUCK: '长时间不变' },
};

const language = new URLSearchParams(location.search).get('lang') ?? navigator.language;
export const isChinese = language.startsWith('zh');
export const words = isChinese ? ZH : EN;

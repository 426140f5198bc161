/** Notices made messages: one by one, or several that waited together as one. */
import type { Grade, Language, Message, Notice } from './notice.ts';
import { GRADES } from './notice.ts';

const WORDS = {
  en: {
    locale: 'en-GB',
    grade: { info: 'Note', warning: 'Warning', critical: 'Alarm' },
    several: (n: number) => `${n} messages`,
    more: (n: number) => `… and ${n} more; the console has all of them.`,
    test: 'This is a test. If you can read it, alerts will reach you here.',
    testSubject: 'Test message',
  },
  zh: {
    locale: 'zh-CN',
    grade: { info: '提示', warning: '警告', critical: '警报' },
    several: (n: number) => `共 ${n} 条消息`,
    more: (n: number) => `……另有 ${n} 条，请到控制台查看。`,
    test: '这是一条测试消息。收到此消息，说明告警可以送达这里。',
    testSubject: '测试消息',
  },
} as const;

/** Notices in one message. */
const SHOWN = 10;

/** @param base address of the console, without a slash at its end; null where it has none that others reach. */
export function compose(id: string, notices: readonly Notice[], language: Language, base: string | null): Message {
  const words = WORDS[language];
  const first = notices[0] as Notice;
  const grade = notices.map((n) => n.grade).reduce((a, b) => (GRADES.indexOf(a) >= GRADES.indexOf(b) ? a : b));
  const lines = notices.slice(0, SHOWN).map((n) => `${momentOf(n, language)} ${n.text[language]}`);
  const left = notices.length - lines.length;
  const head = `${words.grade[grade]} · ${first.farmTitle}`;
  return {
    ...{ id, grade, farm: first.farm, atMs: first.atMs },
    subject: notices.length === 1 ? `${head}: ${first.text[language]}` : `${head}: ${words.several(notices.length)}`,
    body: [...lines, ...(left > 0 ? [words.more(left)] : [])].join('\n'),
    link: base === null ? null : `${base}/#${first.path}`,
  };
}

/** What the "send a test" button sends. */
export function testMessage(id: string, language: Language, atMs: number, base: string | null): Message {
  const { test, testSubject } = WORDS[language];
  return {
    id,
    grade: 'info' satisfies Grade,
    subject: `Karez: ${testSubject}`,
    body: test,
    link: base,
    farm: '',
    atMs,
  };
}

function momentOf({ atMs, timeZone }: Notice, language: Language): string {
  const { locale } = WORDS[language];
  return new Intl.DateTimeFormat(locale, {
    ...{ timeZone: timeZone ?? 'UTC', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
    ...{ hourCycle: 'h23', ...(timeZone === null ? { timeZoneName: 'short' as const } : {}) },
  }).format(atMs);
}

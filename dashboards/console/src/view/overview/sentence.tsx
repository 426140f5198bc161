/** The one sentence on top. What is read aloud is what stands here. */
import { useRef } from 'react';
import { farmSentence } from '../../judge/sentence.ts';
import type { State } from '../../judge/state.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { ReadAloud } from '../part/read-aloud.tsx';
import { Sign } from '../part/sign.tsx';
import { useWords } from '../words-context.tsx';

/** Counts within the sentence may change this often, ms; what is wrong shows at once. */
const STEADY_MS = 8_000;

export function Sentence() {
  const { verdict, connection, times, nowMs } = useLoadedFarm();
  const { say, language } = useWords();
  const text = farmSentence(verdict, connection, { say, language, times, nowMs });
  const away = verdict.gatewaysAway.length > 0 || connection.state === 'reconnecting';
  const silent = verdict.areas.some((a) => a.silent.length > 0);
  const doubtful = verdict.areas.some((a) => a.doubts.length > 0);
  const alerts = verdict.alerts.filter((a) => a.device !== null);
  const isOff = connection.state === 'reconnecting';
  const state: State =
    alerts.length > 0 && !isOff ? 'alert' : away || silent ? 'silent' : doubtful ? 'suspect' : 'fresh';
  const troubles = [
    ...alerts.map((a) => a.id),
    ...verdict.areas.map((a) => `${a.silent.length}/${a.doubts.length}`),
  ].join(' ');
  const steady = useSteady(text, `${language} ${connection.state} ${away} ${state} ${troubles}`, nowMs);
  return (
    <div className={`sentence state-${state}${state === 'fresh' || state === 'alert' ? '' : ' sentence-wrong'}`}>
      <Sign state={state} word={null} />
      <div role="status">
        <h1 tabIndex={-1}>{steady}</h1>
      </div>
      <ReadAloud text={steady} />
    </div>
  );
}

/** Keeps a text for a while unless `cause` changes, so that it neither flickers nor is read aloud again and again. */
function useSteady(text: string, cause: string, nowMs: number): string {
  const kept = useRef({ text, cause, atMs: nowMs });
  if (kept.current.cause !== cause || Math.abs(nowMs - kept.current.atMs) > STEADY_MS)
    kept.current = { text, cause, atMs: nowMs };
  return kept.current.text;
}

/** What happened in the last six hours, newest first, one line each. */
import { useMemo } from 'react';
import { RECENT_MS } from '../../feed/recent.ts';
import { type Happening, happenings, pulseChannel } from '../../judge/happenings.ts';
import { quantityInSentence } from '../../judge/sentence.ts';
import type { State } from '../../judge/state.ts';
import { hrefOf } from '../../route/route.ts';
import { spanOf } from '../../show/time.ts';
import type { LanguageId, Say } from '../../words/words.ts';
import { useLoadedFarm, useRecent } from '../farm-context.tsx';
import { Sign } from '../part/sign.tsx';
import { useWords } from '../words-context.tsx';

const SHOWN = 12;
/** The list is made anew this often, ms, or when something in it changes. */
const RENEW_MS = 5_000;

export function Lately() {
  const { detail, verdict, gateways, judgedMs, nowMs, times, farm } = useLoadedFarm();
  const { say, language } = useWords();
  const ids = useMemo(
    () =>
      detail.devices
        .filter((d) => d.active && d.kind !== 'sprayer')
        .flatMap((d) => {
          const id = pulseChannel(d);
          return id === undefined ? [] : [id];
        }),
    [detail],
  );
  const recents = useRecent(ids);
  const loading = recents.some((r) => r === undefined || r.state === 'loading');
  const failed = recents.some((r) => r?.state === 'failed');
  const step = Math.floor(judgedMs / RENEW_MS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: made anew with each step, not with every reading.
  const found = useMemo(() => {
    const pulses = new Map(
      recents.flatMap((r, i) => (r?.state === 'ready' ? [[ids[i] as string, r.series] as const] : [])),
    );
    return happenings(detail, pulses, verdict, gateways, judgedMs - RECENT_MS).slice(0, SHOWN);
  }, [step, loading, failed, detail, gateways]);
  return (
    <section className="lately" aria-labelledby="lately">
      <h2 id="lately">{say('overview.lately')}</h2>
      {loading ? <p className="quiet">{say('lately.loading')}</p> : null}
      {failed ? <p className="quiet">{say('lately.failed')}</p> : null}
      {!loading && !failed && found.length === 0 ? <p className="quiet">{say('lately.none')}</p> : null}
      <ol className="lately-list">
        {found.map((h) => (
          <li key={h.key}>
            <Sign state={stateOf(h)} word={null} />
            <span>
              <LatelyLink happening={h} farm={farm}>
                {happeningWords(h, say, language)}
              </LatelyLink>
            </span>
            <time dateTime={new Date(h.atMs).toISOString()} title={times.exact(h.atMs)}>
              {times.moment(h.atMs, nowMs)}
            </time>
          </li>
        ))}
      </ol>
    </section>
  );
}

function LatelyLink({ happening, farm, children }: { happening: Happening; farm: string; children: React.ReactNode }) {
  if (happening.what === 'suspect') {
    const chart = hrefOf({ page: 'chart', farm, channels: [happening.channelId], range: '' });
    return <a href={chart}>{children}</a>;
  }
  if (happening.what === 'silent' || happening.what === 'back')
    return <a href={hrefOf({ page: 'field', farm, area: happening.device.field })}>{children}</a>;
  return <a href={hrefOf({ page: 'gateways', farm })}>{children}</a>;
}

function stateOf({ what }: Happening): State {
  if (what === 'back' || what === 'back-many') return 'fresh';
  return what === 'suspect' ? 'suspect' : 'silent';
}

function happeningWords(h: Happening, say: Say, language: LanguageId): string {
  const span = (ms: number) => {
    const { unit, count } = spanOf(ms);
    return say(`span.${unit}`, { n: count });
  };
  switch (h.what) {
    case 'silent':
      return say('lately.silent', { device: h.device.title });
    case 'back':
      return say('lately.back', { device: h.device.title, span: span(h.spanMs) });
    case 'silent-many':
      return say('lately.silent.many', { n: h.n, gateway: h.gateway });
    case 'back-many':
      return say('lately.back.many', { n: h.n, gateway: h.gateway, span: span(h.spanMs) });
    case 'suspect':
      return say('lately.suspect', {
        device: h.device.title,
        quantity: quantityInSentence(h, language),
        why: say(`why.${h.why}`),
      });
    case 'gateway-away':
      return say('lately.gateway.away', { gateway: h.gateway });
  }
}

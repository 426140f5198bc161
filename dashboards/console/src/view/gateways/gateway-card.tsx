/** One gateway: its accounts, its journal, its link, its clock, its devices. */
import type { ApiGateway, GatewayStatus } from '@karez/model';
import type { ReactNode } from 'react';
import { showBytes, showNumber } from '../../show/number.ts';
import type { Say } from '../../words/words.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { Age } from '../part/age.tsx';
import { Sign } from '../part/sign.tsx';
import { useWords } from '../words-context.tsx';
import { GatewayDevices } from './gateway-devices.tsx';
import { Ledger } from './ledger.tsx';

export function GatewayCard({ gateway }: { gateway: ApiGateway }) {
  const { say } = useWords();
  const { status, online } = gateway;
  return (
    <article className={`card gateway state-${online ? 'fresh' : 'silent'}`}>
      <header className="gateway-head">
        <h2>{gateway.title}</h2>
        <p>
          <Sign state={online ? 'fresh' : 'silent'} word={null} />
          {say(online ? 'gateway.online' : 'gateway.away')} · <Age atMs={gateway.heardMs} />
        </p>
      </header>
      <Ledger ledger={gateway.ledger} />
      {status === null ? (
        <p className="quiet">{say('gateway.status.none')}</p>
      ) : (
        <>
          <Accounts status={status} />
          <div className="gateway-parts">
            <Journal status={status} />
            <Link status={status} online={online} />
            <Clock status={status} />
          </div>
          <GatewayDevices gateway={gateway.gateway} devices={status.devices} />
        </>
      )}
    </article>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="gateway-part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** accepted = stored + waiting + refused + lost: the equation itself is the page's promise. */
function Accounts({ status }: { status: GatewayStatus }) {
  const { say, locale } = useWords();
  const lost = status.lost.reduce((sum, { readings }) => sum + readings, 0);
  const { accepted, stored, waiting, refused } = status;
  const off = accepted - stored - waiting - refused - lost;
  const show = (n: number) => showNumber(n, 0, locale);
  const terms = [
    ['accepted', accepted, ''],
    ['stored', stored, '='],
    ['waiting', waiting, '+'],
    ['refused', refused, '+'],
    ['lost', lost, '+'],
  ] as const;
  return (
    <section className="accounts" aria-label={say('gateway.accounts')}>
      <dl>
        {terms.map(([name, n, before]) => (
          <div key={name} className={`account account-${name}${n > 0 ? '' : ' account-none'}`}>
            <dt>{say(`gateway.${name}`)}</dt>
            <dd>
              {before === '' ? null : (
                <span className="account-sign" aria-hidden="true">
                  {before}
                </span>
              )}
              {show(n)}
            </dd>
          </div>
        ))}
      </dl>
      <p className="quiet">{off === 0 ? say('gateway.sum.right') : say('gateway.sum.wrong', { n: Math.abs(off) })}</p>
      {status.lost.map(({ reason, readings }) => (
        <p key={reason} className="trouble">
          {say('gateway.lost.why', { n: readings, reason })}
        </p>
      ))}
    </section>
  );
}

function Journal({ status }: { status: GatewayStatus }) {
  const { times, nowMs } = useLoadedFarm();
  const { say, locale } = useWords();
  const { bytes, limitBytes, oldestMs, hoursLeft, writable, policy } = status.journal;
  const share = Math.min(1, bytes / Math.max(1, limitBytes));
  const used = say('gateway.journal.used', {
    used: showBytes(bytes, locale),
    limit: showBytes(limitBytes, locale),
  });
  return (
    <Part title={say('gateway.journal')}>
      {writable ? null : <p className="trouble">{say('gateway.journal.readonly')}</p>}
      {hoursLeft === null ? null : <p className="gateway-figure">{hoursWords(hoursLeft, say)}</p>}
      <meter className="gateway-meter" min={0} max={1} high={0.8} value={share} aria-label={used} />
      <p>{used}</p>
      <p className="quiet">
        {oldestMs === null
          ? say('gateway.journal.empty')
          : say('gateway.journal.oldest', { time: times.moment(oldestMs, nowMs) })}
      </p>
      <p className="quiet">{say(`gateway.policy.${policy}`)}</p>
    </Part>
  );
}

function hoursWords(hours: number, say: Say): string {
  if (hours < 48) return say('gateway.journal.hours', { n: Math.floor(hours) });
  return say('gateway.journal.days', { n: Math.floor(hours / 24) });
}

function Link({ status, online }: { status: GatewayStatus; online: boolean }) {
  const { times, nowMs } = useLoadedFarm();
  const { say } = useWords();
  const { state, sinceMs, roundTripMs } = status.link;
  return (
    <Part title={say('gateway.link')}>
      <p>
        {online ? say(`gateway.link.${state}`, { time: times.moment(sinceMs, nowMs) }) : say('gateway.link.unknown')}
      </p>
      {online && roundTripMs !== null ? (
        <p className="quiet">{say('gateway.round', { n: Math.round(roundTripMs) })}</p>
      ) : null}
      <p className="quiet">
        {say('gateway.version', { version: status.version, time: times.moment(status.startedMs, nowMs) })}
      </p>
    </Part>
  );
}

function Clock({ status }: { status: GatewayStatus }) {
  const { say, locale } = useWords();
  const { state, source, offsetMs, trouble } = status.clock;
  return (
    <Part title={say('gateway.clock')}>
      <p>{say(`gateway.clock.${state}`)}</p>
      {source === null ? null : <p className="quiet">{sourceWords(source, say)}</p>}
      {offsetMs === null || Math.abs(offsetMs) < 100 ? null : (
        <p className="quiet">{say('gateway.clock.offset', { n: showNumber(offsetMs / 1000, 1, locale) })}</p>
      )}
      {trouble === null ? null : <p className="trouble">{trouble}</p>}
    </Part>
  );
}

const SOURCES = ['ntp', 'cloud', 'gnss', 'devices'] as const;

/** Who said the time; a name that we do not know stands as it is. */
function sourceWords(source: string, say: Say): string {
  const known = SOURCES.find((s) => s === source);
  return known === undefined ? source : say(`gateway.clock.${known}`);
}

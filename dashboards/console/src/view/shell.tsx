/** What stands around every page: the farm's name, the ways to its pages, how the connection is. */
import { type ReactNode, useEffect, useState } from 'react';
import { needsSomebody } from '../feed/alert-list.ts';
import { hrefOf, type Route } from '../route/route.ts';
import type { Key } from '../words/words.ts';
import { useActuators } from './actuators/use-actuators.ts';
import { useFarm, usePorts } from './farm-context.tsx';
import { Icon, type IconName } from './part/icon.tsx';
import { useReader } from './session-context.tsx';
import { useWords } from './words-context.tsx';

/** `out`: nobody is logged in, so there is nowhere to go. */
export function Shell({ out = false, children }: { out?: boolean; children: ReactNode }) {
  const { say } = useWords();
  return (
    <Frame
      title={say('app.name')}
      home={hrefOf({ page: 'farms' })}
      nav={
        out
          ? []
          : [
              { key: 'nav.farms', icon: 'farms', route: { page: 'farms' }, here: false },
              { key: 'nav.settings', icon: 'settings', route: { page: 'settings', farm: null }, here: false },
            ]
      }
    >
      {children}
    </Frame>
  );
}

export function FarmShell({ route, children }: { route: Route; children: ReactNode }) {
  const { farm, detail, connection, alerts, nowMs } = useFarm();
  const { say } = useWords();
  const { api } = usePorts();
  const reader = useReader();
  const [several, setSeveral] = useState(false);
  useEffect(() => {
    if (connection.state !== 'live') return;
    api.farms().then(
      (farms) => setSeveral(farms.length > 1),
      () => {},
    );
  }, [api, connection.state]);
  const actuators = useActuators().answer?.actuators ?? [];
  const title = detail?.title ?? farm;
  useEffect(() => {
    document.title = `${title} · ${say('app.name')}`;
  }, [title, say]);
  const { page } = route;
  const nav: NavItem[] = [
    {
      ...{ key: 'nav.overview', icon: 'overview', route: { page: 'overview', farm } },
      here: page === 'overview' || page === 'field' || page === 'chart' || page === 'device',
    },
    {
      ...{ key: 'nav.alerts', icon: 'alert', route: { page: 'alerts', farm, alert: null } },
      here: page === 'alerts' || page === 'rules' || page === 'rule',
      count: alerts.filter((a) => needsSomebody(a, nowMs)).length,
    },
    ...(actuators.length === 0
      ? []
      : [
          {
            ...({ key: 'nav.actuators', icon: 'valve', route: { page: 'actuators', farm } } as const),
            here: page === 'actuators',
          },
        ]),
    { key: 'nav.map', icon: 'map', route: { page: 'map', farm }, here: page === 'map' },
    { key: 'nav.gateways', icon: 'gateway', route: { page: 'gateways', farm }, here: page === 'gateways' },
    { key: 'nav.settings', icon: 'settings', route: { page: 'settings', farm }, here: page === 'settings' },
  ];
  if (reader.may('people', farm))
    nav.push({ key: 'nav.people', icon: 'people', route: { page: 'people', farm }, here: page === 'people' });
  if (several) nav.push({ key: 'nav.farms', icon: 'farms', route: { page: 'farms' }, here: false });
  return (
    <Frame title={title} home={hrefOf({ page: 'overview', farm })} nav={nav} link={<LinkState />}>
      {children}
    </Frame>
  );
}

interface NavItem {
  key: Key;
  icon: IconName;
  route: Route;
  here: boolean;
  /** What waits there for somebody. */
  count?: number;
}

function Frame(props: { title: string; home: string; nav: NavItem[]; link?: ReactNode; children: ReactNode }) {
  const { say } = useWords();
  return (
    <>
      <button type="button" className="skip" onClick={() => document.getElementById('content')?.focus()}>
        {say('app.skip')}
      </button>
      <header className="bar">
        <div className="bar-inner">
          <a className="bar-title" href={props.home}>
            {props.title}
          </a>
          <nav className="nav" aria-label={say('app.name')}>
            {props.nav.map(({ key, icon, route, here, count = 0 }) => (
              <a key={key} href={hrefOf(route)} aria-current={here ? 'page' : undefined}>
                <Icon name={icon} />
                <span>{say(key)}</span>
                {count === 0 ? null : (
                  <span className="nav-count">
                    <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
                    <span className="unseen">{say('nav.alerts.count', { n: count })}</span>
                  </span>
                )}
              </a>
            ))}
          </nav>
          {props.link}
        </div>
      </header>
      <main id="content" className="content" tabIndex={-1}>
        {props.children}
      </main>
    </>
  );
}

function LinkState() {
  const { connection, times, nowMs, feed } = useFarm();
  const { say } = useWords();
  if (connection.state === 'reconnecting') {
    return (
      <button type="button" className="link-state link-reconnecting" onClick={() => feed.again()}>
        <span className="link-dot" aria-hidden="true" />
        <span role="status">{say('link.reconnecting', { time: times.moment(connection.sinceMs, nowMs) })}</span>
      </button>
    );
  }
  return (
    <span className={`link-state link-${connection.state}`} role="status">
      <span className="link-dot" aria-hidden="true" />
      {say(connection.state === 'live' ? 'link.live' : 'link.loading')}
    </span>
  );
}

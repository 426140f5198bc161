/** The inbox: what goes on, then what was, newest first. */
import { hrefOf } from '../../route/route.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { Icon } from '../part/icon.tsx';
import { ProblemNote } from '../part/problem.tsx';
import { useWords } from '../words-context.tsx';
import { AlertCard } from './alert-card.tsx';
import { useEarlier } from './use-earlier.ts';

/** @param opened an alert that somebody was led to, as by a message. */
export function AlertsPage({ opened }: { opened: number | null }) {
  const { farm, alerts } = useLoadedFarm();
  const { say } = useWords();
  const earlier = useEarlier();
  const list = (earlier.alerts ?? []).filter((a) => alerts.every((open) => open.id !== a.id));
  return (
    <div className="alerts">
      <div className="alerts-head">
        <h1 tabIndex={-1}>{say('alerts.title')}</h1>
        <a className="button" href={hrefOf({ page: 'rules', farm })}>
          {say('alerts.rules')}
          <Icon name="on" />
        </a>
      </div>
      <section aria-labelledby="alerts-now">
        <h2 id="alerts-now">{say('alerts.open')}</h2>
        {alerts.length === 0 ? <p className="quiet">{say('alerts.open.none')}</p> : null}
        <ul className="alerts-list">
          {alerts.map((alert) => (
            <AlertCard key={alert.id} alert={alert} opened={alert.id === opened} />
          ))}
        </ul>
      </section>
      <section aria-labelledby="alerts-earlier">
        <h2 id="alerts-earlier">{say('alerts.earlier')}</h2>
        {earlier.problem === undefined ? null : <ProblemNote problem={earlier.problem} onAgain={earlier.again} />}
        {earlier.alerts !== undefined && list.length === 0 ? (
          <p className="quiet">{say('alerts.earlier.none')}</p>
        ) : null}
        <ul className="alerts-list">
          {list.map((alert) => (
            <AlertCard key={alert.id} alert={alert} opened={alert.id === opened} />
          ))}
        </ul>
        {earlier.more ? (
          <button type="button" className="button" onClick={earlier.older}>
            {say('alerts.older')}
          </button>
        ) : null}
      </section>
    </div>
  );
}

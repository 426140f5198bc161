/** One device: every value with its soundness and age, what is wrong with it, its counts, where it stood and how it is calibrated. */
import type { ApiDevice } from '@karez/model';
import { qualityNames } from '@karez/model/reading';
import { stateOf } from '../../judge/state.ts';
import { hrefOf } from '../../route/route.ts';
import { channelName } from '../../show/label.ts';
import { showNumber } from '../../show/number.ts';
import { AlertCard } from '../alerts/alert-card.tsx';
import { useLoadedFarm } from '../farm-context.tsx';
import { Age } from '../part/age.tsx';
import { BackLink } from '../part/back-link.tsx';
import { Sign } from '../part/sign.tsx';
import { Value } from '../part/value.tsx';
import { useReader } from '../session-context.tsx';
import { useWords } from '../words-context.tsx';
import { Refused } from './refused.tsx';
import { Versions } from './versions.tsx';

export function DevicePage({ device: id }: { device: string }) {
  const { farm, detail, alerts, verdict } = useLoadedFarm();
  const { say } = useWords();
  const { may } = useReader();
  const device = detail.devices.find((d) => d.id === id);
  const back = <BackLink href={hrefOf({ page: 'field', farm, area: device?.field ?? null })} />;
  if (device === undefined) {
    return (
      <>
        {back}
        <p className="note">{say('device.unknown')}</p>
      </>
    );
  }
  const field = detail.fields.find((f) => f.id === device.field)?.title ?? say('area.farm');
  const judged = verdict.areas.flatMap((a) => a.devices).find((d) => d.device.id === id);
  return (
    <div className="device-page">
      {back}
      <header className="page-head">
        <h1 tabIndex={-1}>{device.title}</h1>
        <p className="quiet">
          {field} · {device.profile} · <bdi>{device.id}</bdi>
        </p>
        {judged === undefined ? null : (
          <p className={`device-heard state-${judged.state}`}>
            <Sign state={judged.state} word={null} />
            {say(`state.${judged.state}`)} · <Age atMs={judged.lastMs} />
          </p>
        )}
      </header>
      <ul className="alerts-list">
        {alerts
          .filter((a) => `${a.gateway}/${a.device}` === id)
          .map((alert) => (
            <AlertCard key={alert.id} alert={alert} opened={false} />
          ))}
      </ul>
      <Values device={device} />
      <Counts device={device} />
      <Versions device={device} />
      {may('inspect', farm) ? <Refused gateway={device.gateway} /> : null}
    </div>
  );
}

function Values({ device }: { device: ApiDevice }) {
  const { farm, value, judgedMs } = useLoadedFarm();
  const { say, language } = useWords();
  return (
    <section aria-labelledby="device-values">
      <h2 id="device-values">{say('device.values')}</h2>
      <ul className="card device-values">
        {device.channels.map((channel) => {
          const latest = value(channel.id);
          const state = stateOf(latest, judgedMs, device.intervalMs);
          const marks = qualityNames(latest?.[2] ?? 0).map((name) => say(`why.${name}`));
          return (
            <li key={channel.id}>
              <a
                className={`row-link device-row state-${state}`}
                href={hrefOf({ page: 'chart', farm, channels: [channel.id], range: '' })}
              >
                <Sign state={state} word={state === 'fresh' ? null : undefined} />
                <span className="row-name">
                  {channelName(channel, say, language)}
                  {marks.length === 0 ? null : <span className="row-notes">{marks.join(' · ')}</span>}
                </span>
                <span className="row-value">
                  <Value
                    {...{ state, quantity: channel.quantity, value: latest?.[1] ?? null, decimals: channel.decimals }}
                  />
                  <Age atMs={latest?.[0] ?? null} />
                </span>
              </a>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What the gateway counts of it, since its journal began. */
function Counts({ device }: { device: ApiDevice }) {
  const { gateways } = useLoadedFarm();
  const { say, locale } = useWords();
  const gateway = gateways.find((g) => g.gateway === device.gateway);
  const status = gateway?.status?.devices.find((d) => d.id === device.device);
  if (status === undefined) return <p className="quiet">{say('device.counts.none')}</p>;
  const { accepted, rejected, timeouts, lost, trouble } = status;
  const rows = [
    [say('gateway.device.accepted'), accepted],
    [say('gateway.device.rejected'), rejected],
    [say('gateway.device.timeouts'), timeouts],
    ...(lost === undefined ? [] : [[say('device.lost'), lost] as const]),
  ] as const;
  return (
    <section aria-labelledby="device-counts">
      <h2 id="device-counts">{say('device.counts', { gateway: gateway?.title ?? device.gateway })}</h2>
      {trouble === null ? null : (
        <p className="trouble state-suspect">
          <Sign state="suspect" word={null} /> {trouble}
        </p>
      )}
      <dl className="device-counts">
        {rows.map(([label, count]) => (
          <div key={label}>
            <dt className="quiet">{label}</dt>
            <dd>{showNumber(count, 0, locale)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** A gateway's devices: those with trouble first and in words, all of them as a table on demand. */
import type { DeviceStatus } from '@karez/model';
import { useState } from 'react';
import { hrefOf } from '../../route/route.ts';
import { showNumber } from '../../show/number.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { Age } from '../part/age.tsx';
import { Icon } from '../part/icon.tsx';
import { Sign } from '../part/sign.tsx';
import { useWords } from '../words-context.tsx';

export function GatewayDevices({ gateway, devices }: { gateway: string; devices: readonly DeviceStatus[] }) {
  const { detail, farm } = useLoadedFarm();
  const { say, locale } = useWords();
  const [open, setOpen] = useState(false);
  const title = (id: string) => detail.devices.find((d) => d.gateway === gateway && d.device === id)?.title ?? id;
  const troubled = devices.filter((d) => d.trouble !== null);
  const show = (n: number) => showNumber(n, 0, locale);
  return (
    <section className="gateway-devices">
      <h3>{say('gateway.devices')}</h3>
      <p>{troubled.length === 0 ? say('gateway.troubles.none') : say('gateway.troubles', { n: troubled.length })}</p>
      <ul className="gateway-troubles">
        {troubled.map((d) => (
          <li key={d.id}>
            <Sign state="suspect" word={null} />
            <span>
              <strong>{title(d.id)}</strong> {d.trouble}
            </span>
            <Age atMs={d.lastMs} />
          </li>
        ))}
      </ul>
      <button type="button" className="rows-more" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="open" />
        {open ? say('section.less') : say('gateway.devices.all', { n: devices.length })}
      </button>
      {open ? (
        <div className="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">{say('gateway.device')}</th>
                <th scope="col">{say('gateway.device.last')}</th>
                <th scope="col">{say('gateway.device.accepted')}</th>
                <th scope="col">{say('gateway.device.rejected')}</th>
                <th scope="col">{say('gateway.device.timeouts')}</th>
              </tr>
            </thead>
            <tbody>
              {devices.map((d) => (
                <tr key={d.id}>
                  <th scope="row">
                    <a href={hrefOf({ page: 'device', farm, device: `${gateway}/${d.id}` })}>{title(d.id)}</a>
                  </th>
                  <td>
                    <Age atMs={d.lastMs} />
                  </td>
                  <td>{show(d.accepted)}</td>
                  <td className={d.rejected > 0 ? 'figure-odd' : undefined}>{show(d.rejected)}</td>
                  <td className={d.timeouts > 0 ? 'figure-odd' : undefined}>{show(d.timeouts)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </section>
  );
}

/** What the cloud refused of the gateway that a device is at: why, and the raw content on demand. */
import { useState } from 'react';
import { useLoadedFarm } from '../farm-context.tsx';
import { Icon } from '../part/icon.tsx';
import { ProblemNote } from '../part/problem.tsx';
import { useAsked } from '../part/use-asked.ts';
import { useWords } from '../words-context.tsx';

interface Entry {
  id: number;
  readings: number;
  code: string;
  reason: string;
  receivedMs: number;
}

interface Content {
  /** What could not be read, its first bytes. */
  hex?: string;
  /** Or refused readings: [number, channel, time, value, quality]. */
  rows?: [number, string | number, number, number | null, number][];
}

const SHOWN = 20;

export function Refused({ gateway }: { gateway: string }) {
  const { farm, times } = useLoadedFarm();
  const { say } = useWords();
  const path = `/gateways/${encodeURIComponent(farm)}/${encodeURIComponent(gateway)}/quarantine`;
  const { answer, problem, again } = useAsked<Entry[]>(path);
  const [open, setOpen] = useState<number>();
  return (
    <section aria-labelledby="refused">
      <h2 id="refused">{say('device.refused')}</h2>
      {problem === undefined ? null : <ProblemNote problem={problem} onAgain={again} />}
      {answer?.length === 0 ? <p className="quiet">{say('device.refused.none')}</p> : null}
      <ul className="alerts-list">
        {(answer ?? []).slice(0, SHOWN).map(({ id, readings, code, reason, receivedMs }) => (
          <li key={id} className="card panel">
            <span className="quiet">
              <time dateTime={new Date(receivedMs).toISOString()}>{times.exact(receivedMs)}</time> · {code} ·{' '}
              {say('device.refused.readings', { n: readings })}
            </span>
            <span>{reason}</span>
            <button
              type="button"
              className="rows-more"
              aria-expanded={open === id}
              onClick={() => setOpen(open === id ? undefined : id)}
            >
              <Icon name="open" />
              {say('device.refused.raw')}
            </button>
            {open === id ? <Raw path={`${path}/${id}`} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Raw({ path }: { path: string }) {
  const { answer, problem, again } = useAsked<Content>(path);
  if (problem !== undefined) return <ProblemNote problem={problem} onAgain={again} />;
  const rows = answer?.rows?.map((row) => row.join(' ')).join('\n');
  // Focusable, so that the keys can move what is wider than the page.
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
    <pre className="scroll" tabIndex={0}>
      {rows ?? answer?.hex?.replace(/(..)(?=.)/g, '$1 ') ?? ''}
    </pre>
  );
}

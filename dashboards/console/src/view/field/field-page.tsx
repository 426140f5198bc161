/** One field, or what belongs to the whole farm: where everything stands, and what it says now. */
import { useMemo } from 'react';
import type { AreaVerdict } from '../../judge/areas.ts';
import { type Section, sectionsOf } from '../../judge/groups.ts';
import { areaName, troubles } from '../../judge/sentence.ts';
import { hrefOf } from '../../route/route.ts';
import { hectaresAndMu, ringAreaM2 } from '../../show/area.ts';
import { showNumber } from '../../show/number.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { FarmMap } from '../map/farm-map.tsx';
import { BackLink } from '../part/back-link.tsx';
import { Sign } from '../part/sign.tsx';
import { useWords } from '../words-context.tsx';
import { DroneWords } from './drone-words.tsx';
import { SectionRows } from './section-rows.tsx';

export function FieldPage({ area: id }: { area: string | null }) {
  const { verdict, farm } = useLoadedFarm();
  const { say } = useWords();
  const area = verdict.areas.find((a) => a.id === id);
  const shared = verdict.areas.find((a) => a.id === null && id !== null);
  const back = <BackLink href={hrefOf({ page: 'overview', farm })} />;
  if (area === undefined) {
    return (
      <>
        {back}
        <p className="note">{say('field.unknown')}</p>
      </>
    );
  }
  const sprayers = [...area.devices, ...(shared?.devices ?? [])].filter((d) => d.device.kind === 'sprayer');
  return (
    <div className="field-page">
      {back}
      <FieldHead area={area} />
      <div className="field-map">
        {sprayers.map((s) => (
          <DroneWords key={s.device.id} sprayer={s} />
        ))}
        <FarmMap area={id} />
      </div>
      <div className="field-values">
        {area.devices.length === 0 && id !== null ? <p className="note">{say('field.none', { field: id })}</p> : null}
        <AreaSections area={area} shared={false} />
        {shared === undefined ? null : <AreaSections area={shared} shared={true} />}
      </div>
    </div>
  );
}

function FieldHead({ area }: { area: AreaVerdict }) {
  const { nowMs, times } = useLoadedFarm();
  const { say, language, locale } = useWords();
  const { field } = area;
  const about: string[] = [];
  if (field !== null) {
    const { hectares, mu } = hectaresAndMu(ringAreaM2(field.outline));
    const size = { hectares: showNumber(hectares, 1, locale), mu: showNumber(mu, 0, locale) };
    about.push(...(field.crop === undefined ? [] : [cropName(field.crop)]), say('area.size', size));
  }
  about.push(say('area.devices', { n: area.devices.length }));
  const wrong = troubles(area, { say, language, times, nowMs });
  return (
    <header className="page-head">
      <h1 tabIndex={-1}>{areaName(area, say)}</h1>
      <p className="quiet">{about.join(' · ')}</p>
      {wrong === '' ? null : (
        <p className={`trouble state-${area.state}`} role="status">
          <Sign state={area.state} />
          {wrong}
        </p>
      )}
    </header>
  );

  /** Crops are the farm's own words; the few that we know are said in the reader's language. */
  function cropName(crop: string): string {
    return crop in CROPS ? say(CROPS[crop as keyof typeof CROPS]) : crop;
  }
}

const CROPS = { cotton: 'crop.cotton', pear: 'crop.pear', maize: 'crop.maize', tomato: 'crop.tomato' } as const;

function AreaSections({ area, shared }: { area: AreaVerdict; shared: boolean }) {
  const devices = area.devices.map((d) => d.device);
  const key = devices.map((d) => `${d.id} ${d.title} ${d.channels.length}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: devices come in new arrays with every verdict; the key says whether they differ.
  const sections: Section[] = useMemo(() => sectionsOf(devices), [key]);
  return sections.map((section) => <SectionRows key={section.key} section={section} shared={shared} />);
}

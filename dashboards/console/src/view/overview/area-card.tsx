/** One field at a glance: its outline filled by state, the values that matter for its crop, the age of the oldest. */
import { useMemo } from 'react';
import type { AreaVerdict } from '../../judge/areas.ts';
import { groupsThatMatter, sectionsOf, summarise } from '../../judge/groups.ts';
import { areaName, troubles } from '../../judge/sentence.ts';
import { hrefOf } from '../../route/route.ts';
import { shortName } from '../../show/label.ts';
import type { Say } from '../../words/words.ts';
import { useFarm } from '../farm-context.tsx';
import { ageWords } from '../part/age.tsx';
import { FieldShape } from '../part/field-shape.tsx';
import { Icon } from '../part/icon.tsx';
import { Sign } from '../part/sign.tsx';
import { Value } from '../part/value.tsx';
import { useWords } from '../words-context.tsx';

export function AreaCard({ area }: { area: AreaVerdict }) {
  const { farm, value, nowMs, judgedMs, times } = useFarm();
  const { say, language } = useWords();
  const devices = area.devices.map((d) => d.device);
  const key = devices.map((d) => `${d.id} ${d.channels.length}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: devices are made anew with every verdict; the key says whether they differ.
  const groups = useMemo(
    () => groupsThatMatter(sectionsOf(devices), area.field?.crop, area.field === null),
    [key, area.field],
  );
  const summaries = groups.map((group) => ({ group, summary: summarise(group.channels, value, judgedMs) }));
  const ages = summaries.flatMap(({ summary }) => (summary.oldestMs === null ? [] : [summary.oldestMs]));
  const name = areaName(area, say);
  const wrong = troubles(area, { say, language, times, nowMs });
  const oldest =
    ages.length > 0 ? ageWords(nowMs - Math.min(...ages), say) : area.devices.length > 0 ? say('area.waiting') : '';
  return (
    <a className={`card area-card state-${area.state}`} href={hrefOf({ page: 'field', farm, area: area.id })}>
      {area.field === null ? (
        <span className="field-shape field-shape-none" aria-hidden="true">
          <Icon name="weather" />
        </span>
      ) : (
        <FieldShape field={area.field} state={area.state} />
      )}
      <span className="area-head">
        <span className="area-name">{name}</span>
        <span className="area-state">
          <Sign state={area.state} word={null} />
          {stateWords(area, say)}
          {oldest === '' ? null : <span className="age">· {oldest}</span>}
        </span>
      </span>
      {area.devices.length === 0 && area.field !== null ? (
        <span className="area-empty">{say('field.none', { field: area.field.id })}</span>
      ) : (
        <span className="area-values">
          {summaries.map(({ group, summary }) => (
            <span key={group.key} className="area-value">
              <span className="area-label">{shortName(group, say, language)}</span>
              <Value quantity={group.quantity} value={summary.value} state={summary.state} />
            </span>
          ))}
        </span>
      )}
      {wrong === '' ? null : <span className="area-wrong">{wrong}</span>}
    </a>
  );
}

function stateWords({ state, silent, devices }: AreaVerdict, say: Say): string {
  if (state === 'fresh') return say('area.fine');
  if (state === 'late' && silent.length > 0) return say('area.silent', { n: silent.length, all: devices.length });
  return say(`state.${state}`);
}

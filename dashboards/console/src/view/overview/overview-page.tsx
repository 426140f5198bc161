/** The first page: is anything wrong, where, what happened. */
import { worstFirst } from '../../judge/areas.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { FarmMap } from '../map/farm-map.tsx';
import { useWords } from '../words-context.tsx';
import { AreaCard } from './area-card.tsx';
import { Lately } from './lately.tsx';
import { Sentence } from './sentence.tsx';

export function OverviewPage() {
  const { verdict, detail } = useLoadedFarm();
  const { say } = useWords();
  const areas = worstFirst(verdict.areas);
  return (
    <div className="overview">
      <Sentence />
      <section className="overview-fields" aria-labelledby="fields">
        <h2 id="fields">{say('overview.fields')}</h2>
        <ul className="cards">
          {areas.map((area) => (
            <li key={area.id ?? ''}>
              <AreaCard area={area} />
            </li>
          ))}
        </ul>
      </section>
      <aside className="overview-aside">
        {detail.fields.length === 0 ? null : (
          <section className="overview-map" aria-label={say('nav.map')}>
            <FarmMap area="all" />
          </section>
        )}
        <Lately />
      </aside>
    </div>
  );
}

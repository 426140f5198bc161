/** The whole farm on one map. */
import { useLoadedFarm } from '../farm-context.tsx';
import { DroneWords } from '../field/drone-words.tsx';
import { useWords } from '../words-context.tsx';
import { FarmMap } from './farm-map.tsx';

export function MapPage() {
  const { verdict } = useLoadedFarm();
  const { say } = useWords();
  const sprayers = verdict.areas.flatMap((a) => a.devices).filter((d) => d.device.kind === 'sprayer');
  return (
    <div className="map-page">
      <h1 tabIndex={-1}>{say('nav.map')}</h1>
      {sprayers.map((s) => (
        <DroneWords key={s.device.id} sprayer={s} />
      ))}
      <FarmMap area="all" />
    </div>
  );
}

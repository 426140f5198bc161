/** What a sprayer is doing, in a sentence. */
import type { DeviceVerdict } from '../../judge/areas.ts';
import { droneState, fieldAt, positionOf } from '../../judge/drone.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { Age } from '../part/age.tsx';
import { Sign } from '../part/sign.tsx';
import { useWords } from '../words-context.tsx';

export function DroneWords({ sprayer }: { sprayer: DeviceVerdict }) {
  const { detail, value } = useLoadedFarm();
  const { say } = useWords();
  const doing = droneState(sprayer, value);
  const position = positionOf(sprayer.device, value);
  const aloft = doing === 'spraying' || doing === 'flying';
  const over = aloft && position !== null ? fieldAt(position, detail.fields) : undefined;
  return (
    <p className="drone-words">
      <Sign state={sprayer.state} word={null} />
      <span>
        {say(`drone.${doing}`, { name: sprayer.device.title })}
        {over === undefined ? null : say('drone.over', { field: over.title })}
      </span>
      <Age atMs={sprayer.lastMs} />
    </p>
  );
}

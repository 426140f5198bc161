/** The sprayer on the map: where it is and heads for, where it has been, and where it sprayed. */
import type { ApiDevice } from '@karez/model';
import type { DeviceVerdict } from '../../judge/areas.ts';
import { droneState, headingOf } from '../../judge/drone.ts';
import { useFarm } from '../farm-context.tsx';
import type { Point, Position, Projection } from './projection.ts';
import { useTrack } from './use-track.ts';

export function DroneTrack({ device, projection }: { device: ApiDevice; projection: Projection }) {
  const pieces = useTrack(device);
  return (
    <g className="map-track">
      {pieces.map((piece, i) => (
        <path
          // biome-ignore lint/suspicious/noArrayIndexKey: a piece has no name; one that is drawn in another's place costs nothing.
          key={i}
          d={trackPath(piece.points, projection)}
          className={piece.spraying ? 'track-sprayed' : 'track-flown'}
        />
      ))}
    </g>
  );
}

interface DroneMarkProps {
  sprayer: DeviceVerdict;
  position: Position | null;
  projection: Projection;
}

export function DroneMark({ sprayer, position, projection }: DroneMarkProps) {
  const { value } = useFarm();
  if (position === null) return null;
  const [x, y] = projection.project(position);
  const doing = droneState(sprayer, value);
  return (
    <g className={`map-drone drone-${doing}`} style={{ transform: `translate(${x}px, ${y}px)` }}>
      <title>{sprayer.device.title}</title>
      <circle r="11" className="drone-ring" />
      <path
        d="M0 -8 6 7 0 3.5 -6 7z"
        className="drone-arrow"
        transform={`rotate(${Math.round(headingOf(sprayer.device, value) ?? 0)})`}
      />
    </g>
  );
}

/** A path through the points, without those that would lie on the pixel of the one before. */
function trackPath(points: readonly Position[], { project }: Projection): string {
  let path = '';
  let last: Point | undefined;
  points.forEach((position, i) => {
    const [x, y] = project(position);
    const end = i === points.length - 1;
    if (last !== undefined && !end && Math.hypot(x - last[0], y - last[1]) < 1) return;
    path += `${last === undefined ? 'M' : 'L'}${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
    last = [x, y];
  });
  return path;
}

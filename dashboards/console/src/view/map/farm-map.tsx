/**
 * The farm, or one field of it, drawn from its outlines: no tiles, no other host. Fields are filled by state, sensors
 * are shapes by state, the sprayer shows its way. The values stand in words below the map, so it is one picture for
 * those who cannot see it.
 */
import { useRef, useState } from 'react';
import type { AreaVerdict, DeviceVerdict } from '../../judge/areas.ts';
import { positionOf } from '../../judge/drone.ts';
import { groupsThatMatter, sectionsOf } from '../../judge/groups.ts';
import { areaName, quantityName } from '../../judge/sentence.ts';
import { placeWords } from '../../show/label.ts';
import { unitOf } from '../../show/number.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { Icon } from '../part/icon.tsx';
import { useGestures } from '../part/use-gestures.ts';
import { useSize } from '../part/use-size.ts';
import { useWords } from '../words-context.tsx';
import { DroneMark, DroneTrack } from './drone-mark.tsx';
import { FieldGround } from './field-ground.tsx';
import { boundsOf, CLOSEST, fit, moved, type Position, scaleBar, type View, WHOLE, zoomed } from './projection.ts';
import { SensorMarks } from './sensor-marks.tsx';

/** @param area all of the farm, a field's id, or null for what belongs to no field. */
export function FarmMap({ area }: { area: 'all' | string | null }) {
  const { verdict, value } = useLoadedFarm();
  const { say, language } = useWords();
  const frame = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const [view, setView] = useState<View>(WHOLE);
  const [width, height] = [size?.width ?? 1, size?.height ?? 1];
  useGestures(frame, {
    drag: (dx, dy) => setView((v) => moved(v, dx, dy, width, height)),
    pinch: (factor, x, y, dx, dy) =>
      setView((v) => moved(zoomed(v, factor, [x, y], width, height), dx, dy, width, height)),
  });
  const zoom = (factor: number) => setView((v) => zoomed(v, factor, [width / 2, height / 2], width, height));

  const shown = verdict.areas.filter((a) => area === 'all' || a.id === area);
  const devices = verdict.areas.flatMap((a) => a.devices);
  const sprayers = devices.filter((d) => d.device.kind === 'sprayer');
  const sensors = devices.filter((d) => d.device.kind !== 'sprayer' && d.device.position !== null);
  // What belongs to the whole farm is shown where it stands on it.
  const bounds = boundsOf(positionsOf(area === 'all' || area === null ? verdict.areas : shown));
  const numbers = area === 'all' ? undefined : numbersOf(shown);
  const label = area === 'all' ? say('nav.map') : shown.map((a) => areaName(a, say)).join();
  if (bounds === undefined) return <p className="quiet map-none">{say('map.none')}</p>;
  const projection = fit(bounds, width, height, 28, view);
  const bar = scaleBar(projection.pixelsPerMetre, 96);
  return (
    <figure className="map">
      <div ref={frame} className={`map-frame${view.zoom > 1 ? ' map-near' : ''}`}>
        {size === undefined ? null : (
          // biome-ignore lint/a11y/useSemanticElements: a picture's group is no group of form fields.
          <svg viewBox={`0 0 ${width} ${height}`} role="group" aria-label={say('map.label', { name: label })}>
            {verdict.areas.map((a) =>
              a.field === null ? null : (
                <FieldGround
                  key={a.id}
                  field={a.field}
                  state={a.state}
                  projection={projection}
                  faded={area !== 'all' && area !== null && a.id !== area}
                  named={area === 'all' || area === null}
                />
              ),
            )}
            {sprayers.map((s) => (
              <DroneTrack key={s.device.id} device={s.device} projection={projection} />
            ))}
            <SensorMarks sensors={sensors} projection={projection} numbers={numbers} size={size} />
            {sprayers.map((s) => (
              <DroneMark key={s.device.id} sprayer={s} position={positionOf(s.device, value)} projection={projection} />
            ))}
          </svg>
        )}
        <span className="map-scale" style={{ width: bar.pixels }} aria-hidden="true">
          {say('map.metres', { n: bar.metres })}
        </span>
        <div className="map-buttons">
          <button
            type="button"
            aria-label={say('map.zoom.in')}
            disabled={view.zoom >= CLOSEST}
            onClick={() => zoom(1.6)}
          >
            <Icon name="plus" />
          </button>
          <button
            type="button"
            aria-label={say('map.zoom.out')}
            disabled={view.zoom <= 1}
            onClick={() => zoom(1 / 1.6)}
          >
            <Icon name="minus" />
          </button>
          {view.zoom > 1 ? (
            <button type="button" aria-label={say('map.zoom.all')} onClick={() => setView(WHOLE)}>
              <Icon name="whole" />
            </button>
          ) : null}
        </div>
      </div>
      <figcaption className="map-caption">
        {numbers === undefined ? null : <span>{numbersWords(numbers)}</span>}
        {sprayers.length === 0 ? null : <span>{say('map.track')}</span>}
      </figcaption>
    </figure>
  );

  function numbersWords({ quantity, place }: { quantity: string; place: string | null }): string {
    const [name, where, unit] = [quantityName(quantity, language), placeWords(place, say), unitOf(quantity)];
    return where === ''
      ? say('map.numbers.plain', { quantity: name, unit })
      : say('map.numbers', { quantity: name, place: where, unit });
  }
}

function positionsOf(areas: readonly AreaVerdict[]): Position[] {
  const outlines = areas.flatMap((a) => a.field?.outline ?? []);
  if (outlines.length > 0) return [...outlines, ...devicePositions(areas.flatMap((a) => a.devices))];
  return devicePositions(areas.flatMap((a) => a.devices));
}

function devicePositions(devices: readonly DeviceVerdict[]): Position[] {
  return devices.flatMap(({ device }) => (device.position === null ? [] : [device.position]));
}

/** What the numbers beside the sensors are: the first value that matters for the crop. */
function numbersOf(areas: readonly AreaVerdict[]) {
  const devices = areas.flatMap((a) => a.devices.map((d) => d.device));
  return groupsThatMatter(sectionsOf(devices), areas[0]?.field?.crop, areas[0]?.field === null)[0];
}

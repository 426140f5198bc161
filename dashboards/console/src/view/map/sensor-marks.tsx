/** Sensors as shapes by state; those that stand on one spot are one shape, in the worst of their states. */
import type { DeviceVerdict } from '../../judge/areas.ts';
import type { Group } from '../../judge/groups.ts';
import { type State, worst } from '../../judge/state.ts';
import { showValue } from '../../show/number.ts';
import { useFarm } from '../farm-context.tsx';
import { useWords } from '../words-context.tsx';
import { type Label, placeLabels } from './labels.ts';
import type { Point, Position, Projection } from './projection.ts';

interface SensorMarksProps {
  sensors: readonly DeviceVerdict[];
  projection: Projection;
  /** Whose values stand beside the sensors. */
  numbers: Group | undefined;
  size: { width: number; height: number };
}

interface Mark {
  key: string;
  at: Point;
  state: State;
  sensors: DeviceVerdict[];
}

/** Sensors nearer than this are drawn as one, pixels. */
const APART = 10;

export function SensorMarks({ sensors, projection, numbers, size }: SensorMarksProps) {
  const marks = marksOf(sensors, projection).filter(
    ({ at: [x, y] }) => x > -20 && y > -20 && x < size.width + 20 && y < size.height + 20,
  );
  const labels = numbers === undefined ? undefined : placeLabels(marks.map((m) => m.at));
  return (
    <g className="map-sensors">
      {marks.map((mark, i) => (
        <SensorMark key={mark.key} mark={mark} numbers={numbers} label={labels?.[i]} />
      ))}
    </g>
  );
}

interface SensorMarkProps {
  mark: Mark;
  numbers: Group | undefined;
  /** Where the number stands; undefined where there is no room for it. */
  label: Label | undefined;
}

function SensorMark({ mark, numbers, label }: SensorMarkProps) {
  const { value } = useFarm();
  const { locale } = useWords();
  const { at, state, sensors } = mark;
  const channel = numbers?.channels.find((c) => sensors.some((s) => s.device.id === c.device.id));
  const number = channel === undefined ? null : (value(channel.id)?.[1] ?? null);
  return (
    <g className={`map-sensor state-${state}`} transform={`translate(${round(at[0])} ${round(at[1])})`}>
      <title>{sensors.map((s) => s.device.title).join('\n')}</title>
      <MarkShape state={state} />
      {number === null || numbers === undefined || label === undefined ? null : (
        <text
          x={label.dx}
          y={label.dy}
          textAnchor={label.anchor}
          className={`map-number${state === 'silent' ? ' map-old' : ''}`}
        >
          {showValue(numbers.quantity, number, channel?.decimals ?? 0, locale)}
        </text>
      )}
    </g>
  );
}

function MarkShape({ state }: { state: State }) {
  switch (state) {
    case 'fresh':
      return <circle r="6" className="mark-fill" />;
    case 'late':
      return (
        <>
          <circle r="6" className="mark-line" />
          <path d="M0 -6a6 6 0 0 0 0 12z" className="mark-fill" />
        </>
      );
    case 'suspect':
      return (
        <>
          <path d="M0 -9 9 0 0 9 -9 0z" className="mark-fill" />
          <text className="mark-sign">?</text>
        </>
      );
    case 'alert':
      return <path d="M0 -9 9 7h-18z" className="mark-fill" />;
    case 'absent':
      return <path d="M-5 0h10" className="mark-line" />;
    case 'silent':
      return <circle r="6" className="mark-line" />;
  }
}

function marksOf(sensors: readonly DeviceVerdict[], { project }: Projection): Mark[] {
  const marks: Mark[] = [];
  for (const sensor of sensors) {
    const at = project(sensor.device.position as Position);
    const near = marks.find((m) => Math.hypot(m.at[0] - at[0], m.at[1] - at[1]) < APART);
    if (near === undefined) marks.push({ key: sensor.device.id, at, state: sensor.state, sensors: [sensor] });
    else {
      near.sensors.push(sensor);
      near.state = worst([near.state, sensor.state]);
    }
  }
  return marks;
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}

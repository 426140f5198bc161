/** One field on the map. */
import type { Field } from '@karez/model';
import { useId } from 'react';
import type { State } from '../../judge/state.ts';
import { hrefOf } from '../../route/route.ts';
import { useFarm } from '../farm-context.tsx';
import { StatePattern } from '../part/field-shape.tsx';
import { boundsOf, type Projection, ringPath } from './projection.ts';

interface FieldGroundProps {
  field: Field;
  state: State;
  projection: Projection;
  /** A neighbour of the field that is shown. */
  faded: boolean;
  named: boolean;
}

export function FieldGround({ field, state, projection, faded, named }: FieldGroundProps) {
  const { farm } = useFarm();
  const pattern = useId();
  const path = ringPath(field.outline, projection);
  const bounds = boundsOf(field.outline);
  const ground = (
    <g className={`map-field state-${state}${faded ? ' map-faded' : ''}`}>
      <StatePattern id={pattern} state={state} />
      <path d={path} className="area-ground" />
      <path d={path} fill={`url(#${pattern})`} className="area-line" />
      {named && bounds !== undefined ? <FieldName field={field} projection={projection} /> : null}
    </g>
  );
  return named ? <a href={hrefOf({ page: 'field', farm, area: field.id })}>{ground}</a> : ground;
}

/** Above the field's upper edge, so that it covers no sensor. */
function FieldName({ field, projection }: { field: Field; projection: Projection }) {
  const corners = field.outline.map((corner) => projection.project(corner));
  const top = Math.min(...corners.map(([, y]) => y));
  const left = Math.min(...corners.map(([x]) => x));
  const right = Math.max(...corners.map(([x]) => x));
  return (
    <text x={(left + right) / 2} y={top - 6} className="map-name">
      {field.title}
    </text>
  );
}

/** A field's outline, filled by its state: by colour, and by pattern for those who do not see the colour. */
import type { Field } from '@karez/model';
import { memo, useId } from 'react';
import type { State } from '../../judge/state.ts';
import { boundsOf, fit, ringPath } from '../map/projection.ts';

const WIDTH = 72;
const HEIGHT = 56;

export const FieldShape = memo(function FieldShape({ field, state }: { field: Field; state: State }) {
  const pattern = useId();
  const bounds = boundsOf(field.outline);
  if (bounds === undefined) return null;
  const path = ringPath(field.outline, fit(bounds, WIDTH, HEIGHT, 3));
  return (
    <svg className={`field-shape state-${state}`} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <StatePattern id={pattern} state={state} />
      <path d={path} className="area-ground" />
      <path d={path} fill={`url(#${pattern})`} className="area-line" />
    </svg>
  );
});

/** Fresh is plain; late has sparse lines, silent dense ones, suspect dots. */
export function StatePattern({ id, state }: { id: string; state: State }) {
  return (
    <pattern id={id} className={`state-${state}`} width="8" height="8" patternUnits="userSpaceOnUse">
      {state === 'silent' || state === 'alert' ? (
        <path d="M-2 2l4-4M0 8l8-8M6 10l4-4M-2 6L6-2M2 10l8-8" className="area-hatch" />
      ) : null}
      {state === 'late' ? <path d="M-2 2l4-4M0 8l8-8M6 10l4-4" className="area-hatch" /> : null}
      {state === 'suspect' ? (
        <>
          <circle cx="2" cy="2" r="1.2" className="area-dot" />
          <circle cx="6" cy="6" r="1.2" className="area-dot" />
        </>
      ) : null}
    </pattern>
  );
}

/** A number with its unit, or the word for a state, as its state allows: greyed when silent, struck lightly when suspect. */
import type { State } from '../../judge/state.ts';
import { showValue, unitOf } from '../../show/number.ts';
import { useWords } from '../words-context.tsx';

interface ValueProps {
  quantity: string;
  value: number | null;
  state: State;
  /** Of the channel; used where the quantity is not in the table. */
  decimals?: number;
}

export function Value({ quantity, value, state, decimals = 0 }: ValueProps) {
  const { say, locale } = useWords();
  if (value === null) return <span className="value value-none">{say('row.none')}</span>;
  const unit = unitOf(quantity);
  return (
    <span className={`value value-${state}`}>
      <span className="value-number">{showValue(quantity, value, decimals, locale)}</span>
      {unit === '' ? null : <span className="value-unit">&#8239;{unit}</span>}
    </span>
  );
}

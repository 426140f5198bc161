/** A small trend of the last six hours. A gap is a gap; a single reading is a dot. */
import type { Series } from '@karez/model';
import { memo } from 'react';
import { RECENT_MS } from '../../feed/recent.ts';
import { showValue } from '../../show/number.ts';
import { sparkPaths } from '../../show/spark.ts';
import { useWords } from '../words-context.tsx';

const WIDTH = 80;
const HEIGHT = 28;

interface SparkProps {
  series: Series | undefined;
  quantity: string;
  /** End of the time shown; rounded by the caller, so that the picture is not drawn anew every second. */
  untilMs: number;
  unbrokenMs: number;
}

export const Spark = memo(function Spark({ series, quantity, untilMs, unbrokenMs }: SparkProps) {
  const { say, locale } = useWords();
  const drawn =
    series === undefined ? undefined : sparkPaths(series, untilMs - RECENT_MS, untilMs, unbrokenMs, WIDTH, HEIGHT);
  if (drawn === undefined) return <span className="spark" aria-hidden="true" />;
  const show = (n: number) => showValue(quantity, n, 0, locale);
  return (
    <svg className="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img">
      <title>{say('spark.label', { lo: show(drawn.lo), hi: show(drawn.hi) })}</title>
      <path d={drawn.line} className="spark-line" />
      {drawn.dots.map(([x, y]) => (
        <circle key={x} cx={x} cy={y} r="1.5" className="spark-dot" />
      ))}
    </svg>
  );
});

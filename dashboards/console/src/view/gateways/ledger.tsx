/** The proof that nothing is missing: what the gateway has given numbers to, against what the cloud has stored. */
import type { ApiGateway } from '@karez/model';
import { Sign } from '../part/sign.tsx';
import { useWords } from '../words-context.tsx';

type Epoch = ApiGateway['ledger'][number];
/** Gaps shown one by one. */
const SHOWN = 3;

export function Ledger({ ledger }: { ledger: ApiGateway['ledger'] }) {
  const { say } = useWords();
  if (ledger.length === 0) return <p className="quiet">{say('gateway.ledger.none')}</p>;
  return (
    <ul className="ledger" aria-label={say('gateway.ledger')}>
      {ledger.map((epoch) => (
        <li key={epoch.epoch}>
          <LedgerEpoch epoch={epoch} named={ledger.length > 1} />
        </li>
      ))}
    </ul>
  );
}

function LedgerEpoch({ epoch, named }: { epoch: Epoch; named: boolean }) {
  const { say } = useWords();
  const { proof, stored, quarantined, conflicts } = epoch;
  const notes: string[] = [];
  if (proof !== null && !proof.complete) {
    if (proof.waiting > 0) notes.push(say('gateway.proof.waiting', { n: proof.waiting }));
    if (proof.lost > 0) notes.push(say('gateway.proof.lost', { n: proof.lost }));
    if (proof.unexplained > 0) notes.push(say('gateway.proof.unexplained', { n: proof.unexplained }));
    for (const [first, last] of proof.missing.slice(0, SHOWN))
      notes.push(say('gateway.ledger.gap', { first, last, n: last - first + 1 }));
    const more = proof.missing.length - SHOWN;
    if (more > 0) notes.push(say('gateway.ledger.more', { n: more }));
  }
  if (quarantined > 0) notes.push(say('gateway.ledger.quarantined', { n: quarantined }));
  if (conflicts > 0) notes.push(say('gateway.ledger.conflicts', { n: conflicts }));
  if (named) notes.push(say('gateway.epoch', { epoch: epoch.epoch }));
  const whole = proof?.complete === true;
  // What only waits is on its way: not whole yet, but no loss.
  const state = whole ? 'fresh' : proof === null || proof.unexplained + proof.lost > 0 ? 'suspect' : 'late';
  return (
    <div className={`ledger-epoch state-${state}`}>
      <Sign state={state} word={null} />
      <div>
        <p className="ledger-main">
          {proof === null
            ? say('gateway.ledger.stored', { n: stored })
            : whole
              ? say('gateway.ledger.whole', { n: proof.given })
              : say('gateway.ledger.missing', { n: proof.missingReadings, all: proof.given })}
        </p>
        {notes.map((note) => (
          <p key={note} className="quiet">
            {note}
          </p>
        ))}
      </div>
    </div>
  );
}

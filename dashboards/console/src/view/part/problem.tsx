/** What to do when something did not work, and the shape of what comes while it has not come yet. */
import type { Problem as ProblemError } from '../../feed/api.ts';
import type { Route } from '../../route/route.ts';
import type { Key, Say } from '../../words/words.ts';
import { useFarm } from '../farm-context.tsx';
import { useWords } from '../words-context.tsx';

const KNOWN: Record<string, Key | undefined> = {
  UNREACHABLE: 'problem.UNREACHABLE',
  BUSY: 'problem.BUSY',
  NOT_FOUND: 'problem.NOT_FOUND',
  CONFLICT: 'problem.CONFLICT',
  LOGIN_REFUSED: 'problem.LOGIN_REFUSED',
  TOO_MANY_TRIES: 'problem.TOO_MANY_TRIES',
};

export function problemWords({ code, message }: ProblemError, say: Say): string {
  const known = KNOWN[code];
  return known === undefined ? say('problem.other', { message, code }) : say(known);
}

export function ProblemNote({ problem, onAgain }: { problem: ProblemError; onAgain?: (() => void) | undefined }) {
  const { say } = useWords();
  return (
    <div className="note" role="alert">
      <p>
        <strong>{say('problem.title')}</strong>
      </p>
      <p>{problemWords(problem, say)}</p>
      {onAgain === undefined ? null : (
        <button type="button" className="button" onClick={onAgain}>
          {say('problem.again')}
        </button>
      )}
    </div>
  );
}

/** In place of a farm's page while the farm itself is not there. */
export function NotLoaded({ page }: { page: Route['page'] }) {
  const { problem, feed, farm } = useFarm();
  const { say } = useWords();
  if (problem !== undefined && problem.code === 'NOT_FOUND') {
    return (
      <div className="note" role="alert">
        <p>{say('farms.unknown', { farm })}</p>
        <a className="button" href="#/">
          {say('nav.farms')}
        </a>
      </div>
    );
  }
  return (
    <>
      {problem === undefined ? null : <ProblemNote problem={problem} onAgain={() => feed.again()} />}
      <Skeleton page={page} />
    </>
  );
}

function Skeleton({ page }: { page: Route['page'] }) {
  const { say } = useWords();
  const blocks = page === 'overview' ? ['sentence', 'card', 'card', 'card'] : ['sentence', 'picture', 'card', 'card'];
  return (
    <div className="skeleton" role="status">
      <span className="unseen">{say('say.loading')}</span>
      {blocks.map((kind, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the blocks never change.
        <div key={i} className={`skeleton-${kind}`} />
      ))}
    </div>
  );
}

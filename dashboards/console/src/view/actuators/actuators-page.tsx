/** Every actuator of the farm: how it is, what goes on, what can be done; and everything off with two taps. */
import type { ApiActuators } from '@karez/model';
import { useState } from 'react';
import { asProblem, type Problem } from '../../feed/api.ts';
import { useLoadedFarm, usePorts } from '../farm-context.tsx';
import { Icon } from '../part/icon.tsx';
import { ProblemNote, problemWords } from '../part/problem.tsx';
import { useReader } from '../session-context.tsx';
import { useWords } from '../words-context.tsx';
import { ActuatorCard } from './actuator-card.tsx';
import { Confirm } from './confirm.tsx';
import { useActuators } from './use-actuators.ts';

export function ActuatorsPage() {
  const { say } = useWords();
  const { answer, problem, again } = useActuators();
  return (
    <div className="actuators">
      <h1 tabIndex={-1}>{say('actuators.title')}</h1>
      {problem === undefined ? null : <ProblemNote problem={problem} onAgain={again} />}
      {answer === undefined ? null : <Stop {...answer} again={again} />}
      {answer?.actuators.length === 0 ? <p className="quiet">{say('actuators.none')}</p> : null}
      <ul className="actuators-list">
        {answer?.actuators.map((actuator) => (
          <ActuatorCard
            key={`${actuator.gateway}/${actuator.id}`}
            actuator={actuator}
            isStopped={answer.stopped !== null}
            again={again}
          />
        ))}
      </ul>
    </div>
  );
}

function Stop({ stopped, actuators, again }: ApiActuators & { again: () => void }) {
  const { farm, times, nowMs } = useLoadedFarm();
  const { api } = usePorts();
  const { say } = useWords();
  const { may } = useReader();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const isStopped = stopped !== null;
  const send = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await api.send(
        isStopped ? 'DELETE' : 'POST',
        `/farms/${encodeURIComponent(farm)}/stop`,
        isStopped ? undefined : {},
      );
      setAsking(false);
      again();
    } catch (error) {
      setProblem(asProblem(error));
    }
    setBusy(false);
  };
  const mayAsk = may(isStopped ? 'command' : 'acknowledge', farm) && (isStopped || actuators.length > 0);
  return (
    <section className={isStopped ? 'actuators-stop is-stopped' : 'actuators-stop'}>
      {stopped === null ? null : (
        <p role="status">
          <strong>
            {say('actuator.stopped', { name: stopped.by.name, time: times.moment(stopped.sinceMs, nowMs) })}
          </strong>
          {stopped.note === null ? null : ` ${stopped.note}`}
        </p>
      )}
      {asking && mayAsk ? (
        <Confirm
          question={say(isStopped ? 'actuator.release.ask' : 'actuator.stop.ask')}
          yes={say(isStopped ? 'actuator.release.yes' : 'actuator.stop.yes')}
          busy={busy}
          onYes={() => void send()}
          onNo={() => setAsking(false)}
        />
      ) : null}
      {mayAsk && !asking ? (
        <button type="button" className="button actuator-stop-button" onClick={() => setAsking(true)}>
          <Icon name="stop" />
          {say(isStopped ? 'actuator.release' : 'actuator.stop')}
        </button>
      ) : null}
      {problem === undefined ? null : (
        <p className="trouble" role="alert">
          {problemWords(problem, say)}
        </p>
      )}
    </section>
  );
}

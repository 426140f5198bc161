/** The cloud's figures for Prometheus (text exposition format). */
import type { Clock } from '@karez/model';
import { Counter, Gauge, Registry } from 'prom-client';
import type { AlertDesk } from '../alerts/alert-desk.ts';
import type { Broker } from '../broker/broker.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { LiveBus } from '../live/live.ts';
import type { Receiver } from '../receive.ts';
import type { OpenVault } from '../vault/open-vault.ts';

export interface MetricsParts {
  ingest: Ingest;
  broker: Broker;
  live: LiveBus;
  receiver: Receiver;
  alerts: AlertDesk;
  vault: Pick<OpenVault, 'dirtyCount'>;
  clock: Clock;
}

/** The text of /metrics. */
export async function metricsText({
  ingest,
  broker,
  live,
  receiver,
  alerts,
  vault,
  clock,
}: MetricsParts): Promise<string> {
  const registers = [new Registry()] as const;
  const gauge = (name: string, help: string, value: number) =>
    new Gauge({ name: `karez_cloud_${name}`, help, registers: [...registers] }).set(value);
  const counter = (name: string, help: string, value: number) =>
    new Counter({ name: `karez_cloud_${name}_total`, help, registers: [...registers] }).inc(value);
  const { counts, depth, store } = ingest;
  counter('batches', 'Batches received', counts.batches);
  counter('batch_bytes', 'Bytes of batches received', counts.bytes);
  counter('messages_unreadable', 'Batches, inventories and statuses that could not be read', ingest.unreadable.count);
  counter('statuses', 'Statuses received', receiver.counts.statuses);
  counter('batches_busy', 'Batches asked for later for want of room', counts.busy);
  counter('batches_asked_again', 'Batches asked for again: store away, channels unknown', counts.askedAgain);
  counter('readings_stored', 'Readings committed and acknowledged, repeats included', counts.readings);
  counter('readings_refused', 'Readings refused for good and put in quarantine', counts.refused);
  counter('readings_conflicting', 'Readings stored under a number that was used before', counts.conflicts);
  gauge('queue_batches', 'Batches waiting or being committed', depth.batches);
  gauge('queue_bytes', 'Bytes of batches waiting or being committed', depth.bytes);
  gauge('queue_readings', 'Readings of batches waiting or being committed', depth.readings);
  counter('commits', 'Commits of the store', store.commits);
  counter('commits_failed', 'Commits that the store refused or did not answer', store.failedCommits);
  counter('commit_seconds', 'Time spent in commits', store.commitMs / 1000);
  gauge('commit_slowest_seconds', 'Slowest commit since the start', store.slowestCommitMs / 1000);
  gauge(
    'rollup_hours_waiting',
    'Hours of channels that are over and not rolled up',
    await vault.dirtyCount(clock.wallMs()),
  );
  const { sockets, strangers, gateways } = broker.depth();
  gauge('broker_sockets', 'Connections to the broker', sockets);
  gauge('broker_strangers', 'Connections that have not logged in', strangers);
  gauge('gateways_online', 'Gateways connected', gateways);
  counter('logins_refused', 'Logins refused', broker.counts.refusedLogins);
  counter('topics_refused', 'Messages and subscriptions refused for their topic', broker.counts.refusedTopics);
  counter('packets_too_large', 'Packets and messages refused for their size', broker.counts.tooLarge);
  counter('acks_unsent', 'Acknowledgements with nobody to take them', broker.counts.unsentAcks);
  counter('messages_slowed', 'Messages that came too fast and had to wait', broker.counts.slowed);
  counter('strangers_cut', 'Connections cut because too many had not logged in', broker.counts.strangersCut);
  counter('alert_transitions', 'Transitions of alerts taken', alerts.counts.transitions);
  counter('alert_transitions_unreadable', 'Transitions of alerts that meant nothing here', alerts.counts.unreadable);
  gauge('alerts_open', 'Alerts that are on', alerts.open().length);
  gauge('live_clients', 'Pages that hear live values', live.listeners);
  gauge('memory_bytes', 'Resident memory of the process', process.memoryUsage.rss());
  return await registers[0].metrics();
}

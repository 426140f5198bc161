/** The gateway's figures for Prometheus (text exposition format). */
import { Gauge, Registry } from 'prom-client';
import type { GatewayView } from './view.ts';

/** The text of /metrics. */
export async function metricsText(view: GatewayView): Promise<string> {
  const registry = new Registry();
  const gauge = (name: string, help: string, value: number) =>
    new Gauge({ name: `karez_${name}`, help, registers: [registry] }).set(value);
  const { status, counts, journal } = view;
  gauge('readings_accepted', 'Readings journaled in this epoch', status.accepted);
  gauge('readings_stored', 'Readings of this epoch that the cloud has acknowledged', status.stored);
  gauge('readings_waiting', 'Readings in the journal that the cloud has not acknowledged', status.waiting);
  gauge('readings_refused', 'Readings that the cloud refused for good', status.refused);
  gauge('readings_not_accepted', 'Readings that the journal could not take since the start', counts.refused);
  gauge(
    'messages_repeated',
    'Repeated device messages since the start, acknowledged and not stored again',
    counts.repeats,
  );
  gauge('journal_bytes', 'Bytes that the journal holds', status.journal.bytes);
  gauge('journal_limit_bytes', 'Bytes that the journal may hold', status.journal.limitBytes);
  gauge('journal_writable', 'Whether the disk takes writes', status.journal.writable ? 1 : 0);
  gauge('journal_commits', 'Group commits since the start', journal.commits);
  gauge('journal_slowest_commit_seconds', 'Slowest group commit since the start', journal.slowestCommitMs / 1000);
  gauge('link_up', 'Whether the link to the cloud is up', status.link.state === 'up' ? 1 : 0);
  gauge('link_bytes_sent', 'Payload bytes sent to the cloud since the start', view.bytesSent);
  if (status.link.roundTripMs !== null)
    gauge('link_round_trip_seconds', 'Last batch from sending to acknowledgement', status.link.roundTripMs / 1000);
  gauge('alerts_on', 'Alerts raised and not over', view.alerts.filter(({ raised }) => raised).length);
  gauge('alert_transitions', 'Transitions of alerts journaled since the start', view.alertCounts.written);
  gauge('alert_transitions_lost', 'Transitions lost because the journal took nothing', view.alertCounts.dropped);
  const labelled = (name: string, help: string, label: string) =>
    new Gauge({ name: `karez_${name}`, help, labelNames: [label], registers: [registry] });
  const rejected = labelled('frames_rejected', 'Frames and payloads refused since the start, by code', 'code');
  for (const [code, n] of counts.rejected) rejected.set({ code }, n);
  const ignored = labelled(
    'messages_ignored',
    'Well-formed messages that are no readings since the start, by kind',
    'kind',
  );
  for (const [kind, n] of counts.ignored) ignored.set({ kind }, n);
  const age = labelled('device_age_seconds', 'Age of the newest accepted reading', 'device');
  const timeouts = labelled('device_timeouts', 'Requests without an answer since the start', 'device');
  const refused = labelled('device_rejected', 'Frames and payloads of the device refused since the start', 'device');
  for (const device of status.devices) {
    if (device.lastMs !== null) age.set({ device: device.id }, (status.timeMs - device.lastMs) / 1000);
    timeouts.set({ device: device.id }, device.timeouts);
    refused.set({ device: device.id }, device.rejected);
  }
  const labelNames = [...new Set(view.lineCounts.flatMap(({ labels }) => Object.keys(labels)))];
  const onLines = new Gauge({
    ...{ name: 'karez_line_count', help: 'What lines count since the start: frames, lost, repeated, unknown, …' },
    ...{ labelNames: ['what', ...labelNames], registers: [registry] },
  });
  for (const { what, n, labels } of view.lineCounts) onLines.set({ what, ...labels }, n);
  return await registry.metrics();
}

/**
 * One RS485 bus: asks each device when it is due, one request at a time, with the silence between that the line needs
 * (MODBUS over Serial Line V1.02, section 2.5.1.1: 3.5 characters). A device that does not answer is asked ever more
 * rarely, once and without repeats, and only when no other is due, so that a dead probe does not slow the living.
 */
import { type Cancel, codeOf, type DeviceStatus, KarezError, type ModbusProfile, messageOf } from '@karez/model';
import { type ConfiguredDevice, DEFAULTS, type ModbusLineConfig } from '../config.ts';
import type { DeviceLine, EdgeDeps, Intake } from '../ports.ts';
import { startTransport, type Transport } from '../transport/transport.ts';
import { encodeRead, findReply, type ReadRequest } from './frame.ts';
import { groupRegisters, type RegisterGroup, registerValue } from './registers.ts';

interface Probe {
  device: ConfiguredDevice;
  profile: ModbusProfile;
  address: number;
  groups: RegisterGroup[];
  intervalMs: number;
  dueMs: number;
  /** Times in a row without an answer. */
  failures: number;
  timeouts: number;
  trouble: string | null;
  /** A sample waits for the disk: not asked again before. */
  accepting: boolean;
}

/** Failures in a row after which a probe counts as silent. */
const SILENT_AFTER = 2;
const RAREST_MS = 60_000;
const BITS_PER_CHARACTER = 11;
/** Bytes kept of an answer that cannot be read. */
const BUFFER_LIMIT = 1_024;

export function startModbusBus(
  config: ModbusLineConfig,
  devices: readonly ConfiguredDevice[],
  intake: Intake,
  deps: EdgeDeps,
): DeviceLine {
  const { clock } = deps;
  const probes: Probe[] = config.devices.map(({ id, address }, i) => {
    const device = devices.find((d) => d.id === id) as ConfiguredDevice;
    const profile = device.profileRecord as ModbusProfile;
    const intervalMs = device.intervalMs ?? profile.intervalMs;
    const dueMs = clock.monoMs() + (i * Math.min(intervalMs, 2_000)) / config.devices.length;
    return {
      device,
      profile,
      address,
      groups: groupRegisters(profile),
      intervalMs,
      dueMs,
      failures: 0,
      timeouts: 0,
      trouble: null,
      accepting: false,
    };
  });
  const baudRate =
    ('serial' in config.port ? config.port.baudRate : undefined) ?? (probes[0] as Probe).profile.baudRate;
  const transport: Transport = startTransport(config.port, baudRate, deps);
  const timeoutMs = config.timeoutMs ?? DEFAULTS.timeoutMs;
  const turnaroundMs = Math.max(
    config.turnaroundMs ?? DEFAULTS.turnaroundMs,
    (3.5 * BITS_PER_CHARACTER * 1000) / baudRate,
  );

  let buffer = new Uint8Array(0);
  let onBytes = () => {};
  let stopped = false;
  let wake: Cancel | undefined;
  let running = false;
  transport.onBytes = (bytes) => {
    const joined = new Uint8Array(Math.min(BUFFER_LIMIT, buffer.length + bytes.length));
    joined.set(buffer);
    joined.set(bytes.subarray(0, joined.length - buffer.length), buffer.length);
    buffer = joined;
    onBytes();
  };
  transport.onOpen = () => loop();

  const pause = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));

  /** Sends a request and waits for its reply. Throws DEVICE_TIMEOUT, FRAME_CHECKSUM, DEVICE_EXCEPTION. */
  async function ask(request: ReadRequest): Promise<Uint8Array> {
    await pause(turnaroundMs);
    buffer = new Uint8Array(0);
    const answer = Promise.withResolvers<Uint8Array>();
    onBytes = () => {
      try {
        const reply = findReply(buffer, request);
        if (reply !== undefined) answer.resolve(reply);
      } catch (error) {
        answer.reject(error);
      }
    };
    const cancel = clock.after(timeoutMs, () => {
      const where = `address ${request.address}`;
      if (buffer.length === 0) answer.reject(new KarezError('DEVICE_TIMEOUT', `${where} does not answer`, { where }));
      else
        answer.reject(
          new KarezError(
            'FRAME_CHECKSUM',
            `${where}: ${buffer.length} bytes, but no whole reply with a right CRC among them`,
            { where },
          ),
        );
    });
    transport.write(encodeRead(request));
    try {
      return await answer.promise;
    } finally {
      cancel();
      onBytes = () => {};
    }
  }

  async function askAgain(request: ReadRequest, probe: Probe): Promise<Uint8Array> {
    const tries = probe.failures >= SILENT_AFTER ? 1 : 1 + (config.retries ?? DEFAULTS.retries);
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask(request);
      } catch (error) {
        const code = codeOf(error) ?? 'FRAME_MALFORMED';
        if (code === 'DEVICE_TIMEOUT') probe.timeouts++;
        else
          intake.reject({
            device: probe.device.id,
            source: transport.name,
            code,
            reason: messageOf(error),
            bytes: buffer,
          });
        if (attempt >= tries || code === 'DEVICE_EXCEPTION' || !transport.open || stopped) throw error;
      }
    }
  }

  async function poll(probe: Probe): Promise<void> {
    const channels: number[] = [];
    const values: number[] = [];
    for (const group of probe.groups) {
      const data = await askAgain(
        { address: probe.address, function: probe.profile.function, register: group.register, count: group.count },
        probe,
      );
      for (const position of group.channels) {
        channels.push(position);
        values.push(registerValue(probe.profile.channels[position] as ModbusProfile['channels'][number], group, data));
      }
    }
    probe.accepting = true;
    // The next device is asked while this sample goes to disk; this one is not asked again before.
    intake.accept({ device: probe.device.id, channels, values }).then(
      () => {
        probe.accepting = false;
        probe.trouble = null;
      },
      (error) => {
        probe.accepting = false;
        probe.trouble = messageOf(error);
      },
    );
  }

  function next(now: number): Probe | undefined {
    const due = probes.filter((p) => p.dueMs <= now && !p.accepting);
    due.sort((a, b) => Number(a.failures >= SILENT_AFTER) - Number(b.failures >= SILENT_AFTER) || a.dueMs - b.dueMs);
    return due[0];
  }

  async function loop(): Promise<void> {
    if (running) return;
    running = true;
    while (!stopped && transport.open) {
      const probe = next(clock.monoMs());
      if (probe === undefined) {
        const wait = Math.max(5, Math.min(...probes.map((p) => (p.accepting ? 20 : p.dueMs - clock.monoMs()))));
        await new Promise<void>((resolve) => {
          wake = clock.after(wait, resolve);
        });
        continue;
      }
      try {
        await poll(probe);
        probe.failures = 0;
        if (probe.trouble !== null && !probe.accepting) probe.trouble = null;
      } catch (error) {
        if (!transport.open) break;
        probe.failures++;
        probe.trouble = messageOf(error);
      }
      const rarer = probe.failures < SILENT_AFTER ? 1 : 2 ** Math.min(10, probe.failures - SILENT_AFTER + 1);
      const intervalMs =
        probe.failures < SILENT_AFTER
          ? probe.intervalMs
          : Math.max(probe.intervalMs, Math.min(RAREST_MS, probe.intervalMs * rarer));
      // From when it was due, so that the rhythm does not drift; but polls never pile up.
      probe.dueMs = Math.max(probe.dueMs + intervalMs, clock.monoMs());
    }
    running = false;
  }

  return {
    status: (): DeviceStatus[] =>
      probes.map((p) => ({
        id: p.device.id,
        lastMs: null,
        accepted: 0,
        rejected: 0,
        timeouts: p.timeouts,
        trouble: transport.trouble ?? p.trouble,
      })),
    async stop() {
      stopped = true;
      wake?.();
      await transport.stop();
    },
  };
}

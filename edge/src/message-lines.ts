/** From a line of the configuration that reads messages to what reads them, and where they come from. */
import type { ConfiguredDevice, MessageLineConfig } from './config.ts';
import { type SourceContext, startMessageLine } from './mqtt/message-line.ts';
import type { MessageLine, MessageReader } from './mqtt/message-source.ts';
import type { EdgeDeps, Intake } from './ports.ts';

/** Starts one line; a server is connected to by itself, now or when it is there. */
export async function startMessages(
  line: MessageLineConfig,
  devices: readonly ConfiguredDevice[],
  context: SourceContext,
  intake: Intake,
  deps: EdgeDeps,
): Promise<MessageLine> {
  return startMessageLine(line, await readerOf(line, devices, intake, deps), context, intake, deps);
}

/** Each kind is loaded only where there is such a line. */
async function readerOf(
  line: MessageLineConfig,
  devices: readonly ConfiguredDevice[],
  intake: Intake,
  deps: EdgeDeps,
): Promise<MessageReader> {
  switch (line.type) {
    case 'lorawan': {
      const { lorawanReader } = await import('./lorawan/reader.ts');
      const { codecRunner } = await import('./codec/runner.ts');
      return lorawanReader(line, devices, intake, codecRunner(deps));
    }
    case 'sparkplug': {
      const { sparkplugHost } = await import('./sparkplug/host.ts');
      return sparkplugHost(line, devices, intake, deps);
    }
    case 'mqtt-json': {
      const { jsonHub } = await import('./mqtt/json-hub.ts');
      return jsonHub(line, devices, intake);
    }
  }
}

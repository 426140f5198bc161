/** Joins a reader of messages to where they come from: a server, or the gateway's own broker. */
import type { EdgeDeps, Intake } from '../ports.ts';
import type { MessageLine, MessageReader } from './message-source.ts';
import { linkToServer } from './server-link.ts';

/** What the configuration says of any source. */
export interface SourceConfig {
  name: string;
  server?: string | undefined;
  user?: string | undefined;
  clientId?: string | undefined;
  ca?: string | undefined;
}

/** What a source needs of the gateway. */
export interface SourceContext {
  gateway: string;
  passwords: Readonly<Record<string, string>>;
}

export function startMessageLine(
  config: SourceConfig,
  reader: MessageReader,
  { gateway, passwords }: SourceContext,
  intake: Intake,
  deps: EdgeDeps,
): MessageLine {
  const { name, server } = config;
  const password = Object.hasOwn(passwords, name) ? passwords[name] : undefined;
  if (server === undefined) {
    return {
      source: { name, password: password ?? '', reader },
      status: () => reader.status(),
      stop: () => reader.stop(),
    };
  }
  const link = linkToServer(
    {
      ...{ url: server, password, ca: config.ca },
      ...{ user: config.user ?? name, clientId: config.clientId ?? `karez-${gateway}-${name}` },
    },
    reader,
    intake,
    deps,
  );
  return {
    status: () => reader.status().map((status) => ({ ...status, trouble: link.trouble ?? status.trouble })),
    async stop() {
      await reader.stop();
      await link.stop();
    },
  };
}

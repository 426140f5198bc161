/** Every kind of publisher that the simulator can play. A new one is a file beside this one and a row here. */
import Type, { type Static } from 'typebox';
import type { Told } from '../node/told.ts';
import { lorawanServer } from './lorawan-server.ts';
import type { PublisherKind } from './publisher-kind.ts';
import { sparkplugNode } from './sparkplug-node.ts';

const PUBLISHERS = { lorawan: lorawanServer, sparkplug: sparkplugNode };

/** A row of each stands here once more, because a type cannot be read out of a table. */
export const SimPublisher = Type.Union([lorawanServer.schema, sparkplugNode.schema]);
export type SimPublisher = Static<typeof SimPublisher>;

/** The kind of a publisher, for use with that publisher. */
export const publisherKindOf = (publisher: SimPublisher): PublisherKind<typeof SimPublisher, Told> =>
  PUBLISHERS[publisher.type] as unknown as PublisherKind<typeof SimPublisher, Told>;

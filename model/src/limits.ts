/**
 * Every bound of the system, with its unit and its reason. What happens at a bound is said where it is enforced, and
 * counted there.
 */
export const LIMITS = {
  /** Readings in one batch: decoding needs 29 bytes each, so 2.9 MB at most. */
  batchReadings: 100_000,
  /** Bytes of one batch on the wire: fits the smallest default of common brokers with room to spare. */
  batchBytes: 256 * 1024,
  /** Channel numbers of one gateway: two bytes. */
  channels: 65_535,
  /** Devices of one gateway: far above one RS485 farm, low enough that an inventory stays one message. */
  devicesPerGateway: 2_000,
  /** Epochs of one gateway whose inventory and last word the cloud keeps; the oldest give way, their ledger stays. */
  epochsPerGateway: 32,
  /** Channels of one gateway over all its epochs that the store knows: each is a series, which InfluxDB keeps in memory for good (1 to 2 KB). */
  seriesPerGateway: 65_535,
  /** Bytes of an inventory message: 2,000 devices with a dozen channels each, compressed by nobody. */
  inventoryBytes: 2 * 1024 * 1024,
  /** Bytes of an acknowledgement or status message. */
  controlBytes: 64 * 1024,
  /** Characters of an id of a farm, field, gateway or device: fits topics, tags and file names. */
  idLength: 48,
  /** Bytes of one field device's MQTT payload: a node reports some dozen values. */
  devicePayloadBytes: 16 * 1024,
  /** Addresses that may speak on one line's port: a fleet of drones, and room for a ground station or two. */
  linePeers: 64,
  /** Bytes of one message of a LoRaWAN server, hub or Sparkplug node: a birth names some hundred metrics, an uplink a dozen gateways. */
  sourceBytes: 256 * 1024,
  /** Messages of one server on their way to the disk; beyond, no more are read from it. */
  sourceMessagesUnderWay: 256,
  /** Connections of one such source to the gateway's broker: its edge nodes. */
  sourceConnections: 64,
  /** Messages of one Sparkplug node that wait for its birth after a gap; beyond, the oldest are refused. */
  sparkplugHeld: 256,
  /** Field devices connected to one gateway's broker. */
  deviceConnections: 512,
  /** Readings waiting in memory for the journal's next commit; beyond, pollers wait and PUBACKs are withheld. */
  journalQueueReadings: 50_000,
  /** Shortest time between two commits of the journal, in milliseconds; edge/src/journal/commit-pace.ts says how long it may be. */
  commitEveryMs: 100,
  /** Readings in one group commit: keeps one transaction well under a second on a slow card. */
  commitReadings: 20_000,
  /** Longest time a live reading waits to be put in a batch, in milliseconds. */
  liveEveryMs: 250,
  /** Batches under way to the cloud at once, unacknowledged. */
  batchesInFlight: 8,
  /** Time without an acknowledgement before a batch is sent again, in milliseconds. */
  ackTimeoutMs: 20_000,
  /** MQTT keepalive of the uplink, in seconds: a dead link shows within one and a half of it. */
  keepaliveS: 15,
  /** Readings of a batch that goes before backlog: what a large gateway measures in a few seconds. */
  freshBatchReadings: 2_000,
  /** Batches waiting in the cloud's ingest over all gateways; beyond, BUSY. */
  ingestQueueBatches: 4_096,
  /** Batches of one gateway waiting in the cloud's ingest; beyond, BUSY. */
  ingestBatchesPerGateway: 32,
  /** Bytes waiting in the cloud's ingest over all gateways; beyond, BUSY. */
  ingestQueueBytes: 32 * 1024 * 1024,
  /** Readings waiting in each lane of the cloud's ingest, fresh and backlog: some seconds of work; beyond, BUSY. */
  ingestQueueReadings: 2_000_000,
  /** How far ahead of the cloud's clock a reading may claim to be, in milliseconds: an hour covers a wrong time zone rule, not a wrong day. */
  futureMs: 3_600_000,
  /** Earliest believable time, UTC milliseconds: 2020-01-01. Boards without a clock start in 1970 or at their build. */
  earliestMs: 1_577_836_800_000,
  /** Readings looked at for one history request in the embedded store, over all its channels: a year at ten seconds. */
  historyReadings: 3_200_000,
  /** History requests answered at once, and how many more may wait. */
  historyRequests: 4,
  historyWaiting: 100,
  /** Points of one history answer per channel: more than a wide screen has pixels. */
  historyPoints: 4_000,
  /** Channels of one history request. */
  historyChannels: 64,
  /** Clients of the live stream at once. */
  liveClients: 500,
  /** Bytes waiting for one slow live client before it is cut; it reconnects and asks for the latest values. */
  liveClientBytes: 1024 * 1024,
  /** HTTP connections at once: live pages and as many more for requests. */
  httpConnections: 1_000,
  /** Bytes of one HTTP request body. */
  requestBytes: 1024 * 1024,
  /** Rejected frames and payloads kept for inspection, newest first. */
  quarantineItems: 500,
  /** Bytes of what one gateway sent that are kept in the cloud's quarantine; the oldest give way. */
  quarantineBytes: 8 * 1024 * 1024,
  /** Longest MQTT keepalive that the cloud accepts, in seconds: a dead link shows within one and a half of it. */
  longestKeepaliveS: 60,
  /** Connections to the cloud's broker, and how many of them may be not logged in yet; the oldest of those give way. */
  brokerConnections: 5_000,
  brokerStrangers: 1_000,
  /** Passwords checked at once (each takes 16 MB, some tens of milliseconds and a thread), and how many may wait. */
  passwordChecks: 3,
  passwordsWaiting: 1_000,
  /** Messages of one gateway a second, on average; beyond, the cloud reads its connection more slowly. */
  messagesPerSecond: 400,
  /** Sessions of one person; the oldest end. */
  sessionsPerPerson: 20,
  /** Days that a session lives unused, and at most: a phone in the field is not to ask each morning. */
  sessionIdleDays: 30,
  sessionDays: 180,
  /** People of one server, tokens of one person, open invitations of one farm. */
  people: 2_000,
  tokensPerPerson: 50,
  invitesPerFarm: 100,
  /** Addresses of one person for messages, and how many ended messages of each are remembered. */
  contactsPerPerson: 20,
  rememberedNotices: 200,
  /** Messages to one address within an hour; what is more waits and is told together. */
  messagesPerHour: 20,
  /** The same to all addresses of one person. */
  messagesPerPersonHour: 40,
  /** How long a message is tried, in hours. */
  messageHours: 24,
  /** Wrong passwords in a row for one name before each further try has to wait, and the longest wait, in seconds. */
  freeTries: 5,
  longestTryWaitS: 900,
  /** Wrong passwords from one address within ten minutes. */
  triesPerAddress: 50,
  /** Names and addresses of which tries are remembered; the oldest give way. */
  rememberedTries: 10_000,
  /** Rules of one farm: more than anybody keeps in mind, few enough for one message. */
  rulesPerFarm: 300,
  /** Changes of one farm's rules for ever: a number of 31 bits, one a minute for four thousand years. */
  ruleRevisions: 2_147_483_647,
  /** Bytes of the message with a gateway's rules. */
  rulesBytes: 512 * 1024,
  /** Longest time that a rule may count, in seconds: a month. */
  ruleSeconds: 2_678_400,
  /** Alerts told in one status: more on at once are one trouble, not five hundred. */
  statusAlerts: 500,
  /** Transitions of alerts that wait in memory while the journal takes nothing; beyond, the oldest go and are counted. */
  transitionsWaiting: 10_000,
  /** Occurrences in the answer of a look back, and readings looked at for it: some seconds of work. */
  lookBackOccurrences: 500,
  lookBackReadings: 2_000_000,
  /** Transitions of one rule at one subject that its alerts are made of: months of one that flaps as often as it may. */
  transitionsPerSubject: 2_000,
  /** Alerts in one answer of the API. */
  alertsPerAnswer: 200,
  /** Longest run of an actuator, and longest wait of a command, in seconds: a day, and an hour. */
  longestRunS: 86_400,
  commandExpiryS: 3_600,
  /** Numbers of commands: milliseconds since 1970 until the year 2286, and room for their codes in a mark. */
  commandNumber: 9_999_999_999_999,
  /** Actuators of one gateway, commands of one farm that wait for their gateway, and commands in one answer of the API. */
  actuatorsPerGateway: 128,
  commandsWaiting: 200,
  commandsPerAnswer: 200,
  /** Ranges in one acknowledgement; more go in several. */
  ackRanges: 500,
} as const;

/**
 * Which time to believe. Each source says by how much the gateway's own count of time is to be shifted, and how sure it is.
 * What contradicts what is known for certain is left out; of the rest the largest group that agrees wins, then the
 * better source. Disagreement is never hidden. Pure.
 */

/**
 * Better first. `gnss` is what satellite receivers in the field say: it dates a gateway that has nobody else, but anybody may
 * have sent it, so it gives way to a better one that contradicts. `devices` are the clocks of field devices: they may
 * confirm, but nobody is dated by them alone.
 */
export const SOURCES = ['ntp', 'cloud', 'gnss', 'devices'] as const;
export type SourceName = (typeof SOURCES)[number];

export interface Report {
  source: SourceName;
  /** To be added to the gateway's own count, ms. */
  shiftMs: number;
  /** How far off it may be, ms. */
  uncertaintyMs: number;
}

export interface Verdict {
  state: 'unknown' | 'known' | 'doubtful';
  /** The report that is believed. */
  believed: Report | undefined;
  trouble: string | null;
}

/** Sources closer than this agree. */
const AGREE_MS = 5_000;

/**
 * @param reports at most one of each source.
 * @param earliest smallest shift that does not go back before what is known to be past.
 * @param latest largest shift that is not absurd.
 * @param current the shift believed until now.
 */
export function vote(reports: readonly Report[], earliest: number, latest: number, current?: number): Verdict {
  const possible = reports.filter((r) => r.shiftMs + r.uncertaintyMs >= earliest && r.shiftMs <= latest);
  const absurd = reports.filter((r) => !possible.includes(r));
  const strong = possible.filter((r) => r.source !== 'devices');
  const groups = strong
    .map((r) => ({ leader: r, members: possible.filter((other) => agree(r, other)) }))
    .sort(
      (a, b) =>
        b.members.length - a.members.length ||
        vouched(b) - vouched(a) ||
        near(b, current) - near(a, current) ||
        rankOf(a.leader) - rankOf(b.leader),
    );
  const best = groups[0];
  const refused = absurd.map((r) => `${inWords(r.source)} says a time that is already past`);
  if (best === undefined) return { state: 'unknown', believed: undefined, trouble: refused[0] ?? null };
  const members = best.members.filter((r) => r.source !== 'devices');
  const believed = members.toSorted((a, b) => a.uncertaintyMs - b.uncertaintyMs || rankOf(a) - rankOf(b))[0] as Report;
  const others = possible.filter((r) => !best.members.includes(r));
  const differing = others.map(
    (r) =>
      `${inWords(r.source)} and ${inWords(believed.source)} differ by ${span(Math.abs(r.shiftMs - believed.shiftMs))}`,
  );
  const troubles = [...differing, ...refused];
  // Field devices with wrong clocks are common and prove nothing against a better source.
  const isDoubtful = absurd.some((r) => r.source !== 'devices') || others.some((r) => r.source !== 'devices');
  return { state: isDoubtful ? 'doubtful' : 'known', believed, trouble: troubles[0] ?? null };
}

function agree(a: Report, b: Report): boolean {
  return Math.abs(a.shiftMs - b.shiftMs) <= AGREE_MS + a.uncertaintyMs + b.uncertaintyMs;
}

function rankOf({ source }: Report): number {
  return SOURCES.indexOf(source);
}

/** 1 where a group stays with what is believed: of equals, no change. */
function near({ members }: { members: Report[] }, current: number | undefined): number {
  return current !== undefined && members.some((r) => Math.abs(r.shiftMs - current) <= AGREE_MS + r.uncertaintyMs)
    ? 1
    : 0;
}

/** 1 where it does not rest on radio alone. */
function vouched({ members }: { members: Report[] }): number {
  return members.some(({ source }) => source === 'ntp' || source === 'cloud') ? 1 : 0;
}

function inWords(source: SourceName): string {
  return {
    ntp: 'the network time',
    cloud: 'the cloud’s clock',
    gnss: 'the satellite time',
    devices: 'the field devices’ clocks',
  }[source];
}

function span(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`;
}

/** What a scenario may expect: each kind of check is one record, which watches the run, or judges what is left of it, or both. */
import type { ApiGateway, Latest } from '@karez/model';
import type { Static, TSchema } from 'typebox';
import type { StoredReading } from '../stored.ts';
import type { Span, TimeScale } from '../times.ts';

export interface Verdict {
  ok: boolean;
  /** What was found, with numbers, in words. */
  detail: string;
}

/** What the console would show of a device. */
export type Shown = 'absent' | 'fresh' | 'late' | 'suspect' | 'silent' | 'alert';

/** One look at the running system. */
export interface Look {
  /** Since the scenario began: real, and of the field. */
  realMs: number;
  fieldMs: number;
  /** On the wall, UTC ms. */
  wallMs: number;
  /** The newest values by the cloud; undefined while it does not answer. */
  latest: Latest | undefined;
  /** What the console's own judgement makes of them, by device. */
  shown: ReadonlyMap<string, Shown> | undefined;
  gateway: ApiGateway | undefined;
  /** What the gateway's own page says; undefined while it does not answer. */
  local: LocalLook | undefined;
  alerts: readonly ShownAlert[] | undefined;
}

export interface LocalLook {
  waiting: number;
  /** Age of the oldest reading that waits for the cloud, ms; 0 where none does. */
  oldestAgeMs: number;
}

/** An alert as the cloud shows it. */
export interface ShownAlert {
  rule: string;
  device: string | undefined;
}

/** What is left when everything has drained and stopped. */
export interface Evidence {
  readings(device: string, channel: string | undefined): StoredReading[];
  /** The time that a reading taken at a moment of the field has. */
  wallMs(fieldMs: number): number;
  /** When that moment was, on the wall. */
  realWallMs(fieldMs: number): number;
  counts: Counts;
  books: {
    missing: string[];
    doubled: string[];
    accepted: number;
    stored: number;
    messages: number;
  };
  /** Highest memory of each process, MB. */
  peakMb: Readonly<Record<string, number>>;
}

/** What the gateway has counted over all its lives. */
export interface Counts {
  rejected(by: { code?: string | undefined; devices?: readonly string[] | undefined }): number;
  timeouts(devices: readonly string[] | undefined): number;
  repeats(): number;
}

export interface Watch {
  see?(look: Look): void;
  /** Goes on looking after the field has fallen silent, until all is drained. */
  whileDraining?: boolean;
  /** The verdict where it is known already. */
  soFar?(): Verdict | undefined;
  /** The verdict in the end. */
  judge(evidence: Evidence): Verdict;
}

/** What a check knows of the run. */
export interface CheckContext {
  scale: TimeScale;
  lastsMs: number;
  /** The gateway's interval of a device, real ms. */
  intervalMs(device: string): number;
  selected(selector: string): string[];
  /** Ids of the scenario's rules. */
  rules: readonly string[];
  /** How long a span is for devices, real ms; of several devices the longest. */
  realMs(span: Span, devices: readonly string[]): number;
  /** Real time between two looks. */
  lookEveryMs: number;
}

export interface CheckKind<S extends TSchema> {
  what: string;
  schema: S;
  /** What it has to see in every look, besides the gateway's own page. */
  sees?: readonly ('latest' | 'alerts')[];
  /** In a few words, for summary and report. */
  name(spec: Static<S>): string;
  /** What a schema cannot say: the key and what it must be. */
  problem?(spec: Static<S>, context: CheckContext): { key: string; expected: string } | undefined;
  watch(spec: Static<S>, context: CheckContext): Watch;
}

export const checkKind = <S extends TSchema>(kind: CheckKind<S>): CheckKind<S> => kind;

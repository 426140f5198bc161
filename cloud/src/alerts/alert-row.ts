/** An alert as the cloud keeps it: what its transitions say, and what people and Karez did about it. */
import type { Actor, AlertAction, ApiAlert, Episode } from '@karez/model';

/** Who judges what no gateway can. */
export const CLOUD = '@cloud';
/** Its one journal. */
export const CLOUD_EPOCH = 'cloud';
/** Whoever acts where no person does. */
export const KAREZ: Actor = { id: 'system', name: 'Karez' };

export interface AlertRow extends Omit<Episode, 'seq' | 'seqs' | 'reason'> {
  id: number;
  farm: string;
  rule: string;
  subject: string;
  /** The gateway that judged, or CLOUD. */
  by: string;
  /** Number of the transition by which it fired; null while only a status has told of it. */
  seq: number | null;
  reason: ApiAlert['reason'];
  life: AlertLife;
}

/** What was done about an alert. */
export interface AlertLife {
  /** When people were told, first and last. */
  toldMs: number | null;
  lastToldMs: number | null;
  /** People were told that it is over. */
  isOverTold: boolean;
  acknowledged: ApiAlert['acknowledged'];
  /** Steps of escalation, and reminders. */
  escalated: number;
  reminded: number;
  /** The alert that explains this one. */
  inhibitedBy: number | null;
  /** Ended here, without a word of whoever judged it. */
  isForced: boolean;
}

export const NEW_LIFE: AlertLife = {
  ...{ toldMs: null, lastToldMs: null, isOverTold: false, acknowledged: null, escalated: 0, reminded: 0 },
  ...{ inhibitedBy: null, isForced: false },
};

/** Something that was done, to be written down with the alert. */
export interface NewAction extends AlertAction {
  alert: number;
}

/** While it is on, nothing fires anew for the same rule at the same subject, or it is told to nobody. */
export interface Silence {
  farm: string;
  rule: string;
  subject: string;
  untilMs: number;
}

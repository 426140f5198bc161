/** Names that tell devices apart: several without a title of their own are called after their make. */
import type { FarmDetail } from '@karez/model';

/** The farm with each device's id beside its title wherever another device has the same. */
export function withDistinctNames(detail: FarmDetail): FarmDetail {
  const uses = new Map<string, number>();
  for (const { title } of detail.devices) uses.set(title, (uses.get(title) ?? 0) + 1);
  return {
    ...detail,
    devices: detail.devices.map((d) =>
      (uses.get(d.title) ?? 0) > 1 && d.title !== d.device ? { ...d, title: `${d.title} · ${d.device}` } : d,
    ),
  };
}

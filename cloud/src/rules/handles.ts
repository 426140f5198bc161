/** Numbers that stand for channels and gateways of a farm in an evaluator, the same as long as it lives. */
import type { FarmDetail, World } from '@karez/model';

export class Handles {
  readonly #handles = new Map<string, number>();

  /** The number of a channel's id, `gateway/device/quantity[@place]`, or of a gateway's. */
  of(name: string): number {
    let handle = this.#handles.get(name);
    if (handle === undefined) {
      handle = this.#handles.size + 1;
      this.#handles.set(name, handle);
    }
    return handle;
  }

  find(name: string): number | undefined {
    return this.#handles.get(name);
  }

  /** By number. */
  names(): Map<number, string> {
    return new Map(Array.from(this.#handles, ([name, handle]) => [handle, name]));
  }
}

/** What rules can watch in a farm, but for the gateways themselves. */
export function worldOf(farm: FarmDetail | undefined, handles: Handles): World {
  const crops = new Map(farm?.fields.map((field) => [field.id, field.crop]));
  return {
    devices: (farm?.devices ?? [])
      .filter((device) => device.active)
      .map(({ gateway, device, kind, field, intervalMs, channels }) => ({
        ...{ gateway, id: device, kind, field: field ?? undefined, intervalMs },
        crop: field === null ? undefined : crops.get(field),
        channels: channels.map((c) => ({
          handle: handles.of(c.id),
          quantity: c.quantity,
          place: c.place ?? undefined,
        })),
      })),
    gateways: [],
  };
}

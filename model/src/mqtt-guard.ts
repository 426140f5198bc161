/**
 * Watches the bytes of an MQTT connection and tells when a packet announces more than a limit, before the broker
 * gathers it in memory. Knows only the fixed header: type, then the remaining length in one to four bytes of seven bits
 * (MQTT 3.1.1, section 2.2.3).
 */
export function packetGuard(limitBytes: number): (chunk: Uint8Array) => 'ok' | 'too large' | 'malformed' {
  let skip = 0;
  let inLength = false;
  let length = 0;
  let digits = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (skip > 0) {
        const step = Math.min(skip, chunk.length - at);
        skip -= step;
        at += step;
        continue;
      }
      const byte = chunk[at++] as number;
      if (!inLength) {
        inLength = true;
        length = 0;
        digits = 0;
        continue;
      }
      length += (byte & 0x7f) * 128 ** digits++;
      if (length > limitBytes) return 'too large';
      if ((byte & 0x80) === 0) {
        inLength = false;
        skip = length;
      } else if (digits === 4) return 'malformed';
    }
    return 'ok';
  };
}

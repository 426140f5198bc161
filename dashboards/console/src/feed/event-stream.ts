/**
 * Reads a stream of server-sent events (HTML Living Standard, section 9.2.6). The browser's own EventSource hides the
 * server's heartbeat, so that a link that hangs half open would look alive; here every byte counts as a sign of life.
 */
export interface StreamEvent {
  name: string;
  data: string;
}

/** Feeds on text as it comes, in pieces of any size; gives whole events. */
export function eventReader(onEvent: (event: StreamEvent) => void): (text: string) => void {
  let rest = '';
  let name = '';
  let data: string[] = [];

  function line(text: string): void {
    if (text === '') {
      if (data.length > 0) onEvent({ name: name || 'message', data: data.join('\n') });
      name = '';
      data = [];
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') name = value;
    else if (field === 'data') data.push(value);
  }

  return (text) => {
    rest += text;
    // A carriage return at the end may be the first half of a line end.
    const whole = rest.endsWith('\r') ? rest.slice(0, -1) : rest;
    const lines = whole.split(/\r\n|\n|\r/);
    rest = (lines.pop() as string) + rest.slice(whole.length);
    for (const text of lines) line(text);
  };
}

/** MQTT topic filters (MQTT 3.1.1, section 4.7): which topics a pattern with `+` and `#` means, and what stood for the wildcards. */

/**
 * A test for topics.
 * @returns for a matching topic the levels that stood for `+` and `#`, else undefined.
 */
export function topicFilter(filter: string): (topic: string) => string[] | undefined {
  const levels = filter.split('/');
  return (topic) => {
    // A filter that begins with a wildcard means no topic of the broker's own.
    if (topic.startsWith('$') && /^[+#]/.test(filter)) return undefined;
    const parts = topic.split('/');
    const wild: string[] = [];
    for (const [i, level] of levels.entries()) {
      if (level === '#') return [...wild, ...parts.slice(i)];
      if (i >= parts.length || (level !== '+' && level !== parts[i])) return undefined;
      if (level === '+') wild.push(parts[i] as string);
    }
    return parts.length === levels.length ? wild : undefined;
  };
}

/** The form of a filter: `#` only as the last level, `+` only as a whole one. */
export const TOPIC_FILTER = '^(?:(?:\\+|[^+#\\s/]*)/)*(?:\\+|#|[^+#\\s/]*)$';

/**
 * What changes on the server, as it changes. The browser resumes by itself after a break, saying the
 * last event it saw, so nothing is missed. One stream per page: HTTP/1.1 allows six connections.
 */

/** One change: which kind, what it is about, and its number in the house's log. */
export interface Change {
  id: string;
  topic: string;
  kind: string;
  data: Readonly<Record<string, unknown>>;
}

/** Listen to topics (`day:<hub>:<date>`, `order:<id>`…); call the returned function to stop. */
export function listen(
  topics: readonly string[],
  heard: (change: Change) => void,
  state: (connected: boolean) => void = () => undefined,
): () => void {
  const query = new URLSearchParams({ topics: topics.join(',') });
  const stream = new EventSource(`/live?${query}`);
  stream.addEventListener('open', () => state(true));
  stream.addEventListener('error', () => state(false));
  stream.addEventListener('change', (event: MessageEvent<string>) => {
    const { topic, kind, data } = JSON.parse(event.data) as Omit<Change, 'id'>;
    heard({ id: event.lastEventId, topic, kind, data });
  });
  return () => stream.close();
}

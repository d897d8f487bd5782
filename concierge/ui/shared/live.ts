/**
 * What changes on the server, as it changes. The browser resumes by itself after a break, saying the
 * last event it saw, so nothing is missed. One stream per page: HTTP/1.1 allows six connections.
 */

/**
 * Listen to topics (`day:<hub>:<date>`, `order:<id>`…); call the returned function to stop.
 *
 * `look` is also called when the stream first opens: what changed between the page's own reading
 * and that moment is told to nobody.
 */
export function listen(
  topics: readonly string[],
  look: () => void,
  state: (connected: boolean) => void = () => undefined,
): () => void {
  const query = new URLSearchParams({ topics: topics.join(',') });
  const stream = new EventSource(`/live?${query}`);
  stream.addEventListener('open', look, { once: true });
  stream.addEventListener('open', () => state(true));
  stream.addEventListener('error', () => state(false));
  stream.addEventListener('change', look);
  return () => stream.close();
}

/**
 * The one way our pages speak to the server: same origin, with the session's CSRF token, and every
 * refusal as a `Problem` whose `detail` is a sentence the reader may see.
 */
import createClient, { type Client } from 'openapi-fetch';

/** Who is signed in here, as `GET /session` tells it. */
export interface SessionInfo {
  csrf: string;
  role: 'visitor' | 'client' | 'concierge' | 'hub' | 'dispatcher' | 'owner';
  name: string;
  account_id: string | null;
  concierge_id: string | null;
  hub_id: string | null;
  language: string;
  zone: string;
  now: string;
  demo: boolean;
}

/** The server said no, or broke: RFC 9457, `kind` being the last part of its `type`. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: number,
    readonly kind: string,
    readonly title: string,
    readonly detail: string,
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail || title);
  }

  /** Whether signing in again is what helps. */
  get signedOut(): boolean {
    return this.status === 401;
  }
}

/** Nobody answered. Whether the request arrived is unknown: send it again with the same key. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

let token = document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? '';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

async function dispatch(request: Request): Promise<Response> {
  const headers = new Headers(request.headers);
  if (!headers.has('Accept')) headers.set('Accept', 'application/json');
  if (!SAFE.has(request.method)) headers.set('X-CSRF-Token', token);
  try {
    return await fetch(new Request(request, { headers, credentials: 'same-origin' }));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Unreachable('No answer.', { cause: error });
  }
}

async function problem(response: Response): Promise<Problem> {
  const type = response.headers.get('Content-Type') ?? '';
  if (!type.includes('json')) {
    return new Problem(response.status, 'unknown', response.statusText, '');
  }
  const body = (await response.json()) as Record<string, unknown>;
  const { type: name, title, detail, status: _, ...more } = body;
  return new Problem(
    response.status,
    String(name ?? 'unknown').split(/[/#:]/).pop() ?? 'unknown',
    String(title ?? response.statusText),
    String(detail ?? ''),
    more,
  );
}

/** Send a request with the token; a token that went stale is fetched anew and the request sent once more. */
export async function send(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await dispatch(request);
  if (response.status !== 403) return response;
  const said = await problem(response.clone());
  if (said.kind !== 'csrf') return response;
  await session();
  return dispatch(again);
}

/**
 * Call the server and read its JSON.
 *
 * @throws Problem  it said no, or broke
 * @throws Unreachable  nobody answered
 */
export async function call<T>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  options: { headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<T> {
  const headers: Record<string, string> = { ...options.headers };
  const init: RequestInit = { method, headers };
  if (options.signal) init.signal = options.signal;
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  const response = await send(new Request(new URL(path, location.origin), init));
  if (!response.ok) throw await problem(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** PUT a file as it is; `call` for what is no JSON. */
export async function upload(
  path: string,
  file: Blob,
  options: { signal: AbortSignal },
): Promise<void> {
  const headers = { 'Content-Type': file.type };
  const init = { method: 'PUT', headers, body: file, signal: options.signal };
  const response = await send(new Request(new URL(path, location.origin), init));
  if (!response.ok) throw await problem(response);
}

/** Ask who is signed in here; also brings a fresh CSRF token. */
export async function session(): Promise<SessionInfo> {
  const response = await dispatch(new Request(new URL('/session', location.origin)));
  if (!response.ok) throw await problem(response);
  const info = (await response.json()) as SessionInfo;
  token = info.csrf;
  return info;
}

/** A client typed by our OpenAPI description, over the same `send`. */
export function typed<Paths extends object>(): Client<Paths> {
  return createClient<Paths>({ baseUrl: location.origin, fetch: send });
}

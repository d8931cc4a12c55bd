// @ts-check
// Talking to the exchange. One function per verb; every failure comes out as an ApiError with one kind, which maps to one
// text. A write carries an Idempotency-Key. When its answer is lost nobody knows whether it arrived, so the same key is
// sent again: never a second request, never a guess.
import { hasText, t } from './text.js';

/** @typedef {import('../types/api').Problem} Problem */
/** @typedef {'problem' | 'offline' | 'unknown' | 'signed_out'} Kind */

const TIMEOUT_MS = 10_000;
// Refusals of the server itself that say for certain that nothing was done; any other 5xx of a write leaves that open.
const SURELY_NOT_DONE = new Set(['away', 'busy']);
// About half a minute of doubt in all; after that a person must look or ring.
const RETRY_MS = [1000, 2000, 4000, 8000, 15_000];
// An answer of the exchange dates from up to a second and its way here before its arrival. Further back than that: its
// clock was put back.
const CLOCK_SLACK_MS = TIMEOUT_MS + 2000;

export class ApiError extends Error {
  /** @param {Kind} kind @param {number} status @param {Problem | null} problem */
  constructor(kind, status, problem) {
    super(`${kind} ${status}`);
    this.kind = kind;
    this.status = status;
    this.problem = problem;
    this.type = problem ? problemType(problem) : '';
  }
}

/** "/problems/taken" is "taken". @param {Problem} problem */
export const problemType = problem => (problem.type ?? '').replace(/^.*\//, '');

/** After a write: nobody knows whether it was done. @param {ApiError} error */
const isInDoubt = error => error.kind === 'offline' || (error.status >= 500 && !SURELY_NOT_DONE.has(error.type));

/** The key of the one text that says what went wrong. @param {ApiError} error */
export function problemKey(error) {
  if (error.kind !== 'problem') return `problem.${error.kind}`;
  for (const key of [`problem.${error.type}`, `problem.status_${error.status}`])
    if (error.type !== '' && hasText(key)) return key;
  const byStatus = `problem.status_${error.status}`;
  return hasText(byStatus) ? byStatus : 'problem.unexpected';
}

/** What went wrong, as a sentence, with the short code for support where there is one. @param {unknown} error */
export function problemText(error) {
  if (!(error instanceof ApiError)) return t('problem.unexpected');
  const code = error.problem?.code;
  const search = error.problem?.search;
  /** @type {Record<string, string>} */
  const whom = search ? { name: search.organisation, number: search.callback ?? t('stay.return_no_number') } : {};
  return t(problemKey(error), whom) + (code ? ` ${t('problem.code', { code })}` : '');
}

/** A new key: one per intent of a person. */
export const newKey = () => crypto.randomUUID();

/**
 * @typedef {object} Parts
 * @property {typeof fetch} fetch
 * @property {(ms: number) => Promise<void>} wait
 * @property {() => number} [monotonic] milliseconds of a clock that nobody can set
 * @property {() => void} [onSignedOut]
 * @property {(doubt: boolean) => void} [onDoubt] a write without an answer: true while it is being found out
 * @property {() => void} [onUse] an answer came: the session lives on
 */

/** @param {Parts} parts */
export function createApi(parts) {
  let csrf = '';
  const monotonic = parts.monotonic ?? (() => performance.now());
  // How far the clock of the exchange is ahead of the monotonic one. A late answer makes this too small, so the largest
  // is the nearest, and the time made of it is never in the future.
  let aheadMs = -Infinity;

  /** @param {Response} answer */
  function readClock(answer) {
    const ahead = Date.parse(answer.headers.get('Date') ?? '') - monotonic();
    if (ahead > aheadMs || ahead < aheadMs - CLOCK_SLACK_MS) aheadMs = ahead;
  }

  /** One try. @param {string} method @param {string} path @param {HeadersInit} headers @param {string | undefined} body @param {number} [timeoutMs] */
  async function attempt(method, path, headers, body, timeoutMs = TIMEOUT_MS) {
    /** @type {Response} */
    let answer;
    try {
      answer = await parts.fetch(`/api/v1${path}`, {
        method, headers, body, cache: 'no-store', signal: AbortSignal.timeout(timeoutMs),
      });
    } catch {
      throw new ApiError('offline', 0, null);
    }
    parts.onUse?.();
    readClock(answer);
    if (answer.ok) return { data: answer.status === 204 ? null : await readBody(answer), etag: answer.headers.get('ETag') };
    throw await refusal(answer, path);
  }

  /** An answer that breaks off half-way is no answer. @param {Response} answer */
  async function readBody(answer) {
    try {
      return await answer.json();
    } catch {
      throw new ApiError('offline', answer.status, null);
    }
  }

  /** @param {Response} answer @param {string} path */
  async function refusal(answer, path) {
    /** @type {Problem | null} */
    let problem = null;
    try {
      problem = await answer.json();
    } catch { /* a proxy's own page: the status says enough */ }
    const signedOut = answer.status === 401 && path !== '/session';
    if (signedOut) parts.onSignedOut?.();
    return new ApiError(signedOut ? 'signed_out' : 'problem', answer.status, problem ?? { title: '', detail: '', status: answer.status });
  }

  /** @param {boolean} hasBody @param {Record<string, string>} extra @returns {Record<string, string>} */
  const headersFor = (hasBody, extra) => ({
    Accept: 'application/json', ...(hasBody ? { 'Content-Type': 'application/json' } : {}),
    ...(csrf ? { 'X-CSRF-Token': csrf } : {}), ...extra,
  });

  /**
   * @param {string} method @param {string} path @param {unknown} body
   * @param {{ key?: string, ifMatch?: string, timeoutMs?: number }} [options] timeoutMs: of one try, for a body that takes long
   */
  async function write(method, path, body, options = {}) {
    const extra = { 'Idempotency-Key': options.key ?? newKey(), ...(options.ifMatch ? { 'If-Match': options.ifMatch } : {}) };
    const text = JSON.stringify(body ?? {});
    let doubt = false;
    try {
      for (const pause of [...RETRY_MS, null]) {
        try {
          return await attempt(method, path, headersFor(true, extra), text, options.timeoutMs);
        } catch (error) {
          if (!(error instanceof ApiError) || !isInDoubt(error)) throw error;
          if (pause === null) throw new ApiError('unknown', 0, null);
          doubt = true;
          parts.onDoubt?.(true);
          await parts.wait(pause);
        }
      }
      throw new ApiError('unknown', 0, null);
    } finally {
      if (doubt) parts.onDoubt?.(false);
    }
  }

  return {
    /** @param {string} token */
    setCsrf(token) { csrf = token; },
    /** The time of the exchange, whatever the clock of this device says; the device's own before the first answer. */
    now: () => (Number.isFinite(aheadMs) ? Math.floor(aheadMs + monotonic()) : Date.now()),
    /** @param {string} path @returns {Promise<any>} */
    get: async path => (await attempt('GET', path, headersFor(false, {}), undefined)).data,
    /** With the version tag for If-Match. @param {string} path @returns {Promise<{ data: any, etag: string | null }>} */
    getTagged: path => attempt('GET', path, headersFor(false, {}), undefined),
    /** A POST that saves nothing: a search, a sign-in. @param {string} path @param {unknown} body @returns {Promise<any>} */
    ask: async (path, body) => (await attempt('POST', path, headersFor(true, {}), JSON.stringify(body))).data,
    /** @param {string} path @param {unknown} [body] @param {{ key?: string, ifMatch?: string, timeoutMs?: number }} [options] @returns {Promise<any>} */
    post: async (path, body, options) => (await write('POST', path, body, options)).data,
    /** @param {string} path @returns {Promise<any>} */
    remove: async path => (await attempt('DELETE', path, headersFor(false, {}), undefined)).data,
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */

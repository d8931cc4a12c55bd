// @ts-check
// Live facts for all tabs of this browser over one connection: browsers allow six per host, and a night desk has more
// tabs than that. The tab that holds the lock reads the stream and passes everything on by BroadcastChannel; when it
// closes, the next one takes over after the last id heard. A SharedWorker would do the same, but its constructor is
// refused under require-trusted-types-for 'script' with lit-html's policy as the only one (Chromium 156), and phones
// often have none.
import { keepReading } from './sse.js';

/** @typedef {import('../types/api').EventFact} EventFact */
/** @typedef {{ kind: string, fact: EventFact | null }} Live */
/** @typedef {{ type: 'hello' } | { type: 'here', id: string } | { type: 'open', isResumed: boolean } | { type: 'byte' } | { type: 'id', id: string } | { type: 'lost' } | { type: 'event', id: string, kind: string, data: string } | { type: 'signed_out' }} Passed */

const URL_EVENTS = '/api/v1/events';
const CHANNEL = 'plek-live';
// The server sends a line every 15 s; more than 20 s of silence means that nobody knows.
export const STALE_MS = 20_000;

/** @param {string} data @returns {EventFact | null} */
function factOf(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

/**
 * @param {object} on
 * @param {(live: Live) => void} on.event a fact; kind 'reset' means: fetch everything anew. Also when the stream is first
 *   heard, for what happened since the page was loaded, and when it was lost and could not go on where it was
 * @param {(state: { stale: boolean, lastAt: number, back: boolean }) => void} on.state on a change, and each time a byte came
 * @param {() => void} on.signedOut
 */
export function startLive(on) {
  const stop = new AbortController();
  const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel(CHANNEL) : null;
  let lastId = '';
  let lastAt = Date.now();
  let stale = false;
  let isHeard = false;
  let isOpen = false; // by this tab

  /** @param {Passed} message */
  function take(message) {
    if (message.type === 'signed_out') return on.signedOut();
    if (message.type === 'lost') return undefined;
    // A tab that comes to a stream that is open already asks how far it is: nothing may happen for a long time.
    if (message.type === 'hello') return isOpen ? channel?.postMessage({ type: 'here', id: lastId }) : undefined;
    const back = stale;
    const isGap = !isHeard || (message.type === 'open' && !message.isResumed);
    lastAt = Date.now();
    stale = false;
    isHeard = true;
    if ('id' in message && message.id) lastId = message.id;
    on.state({ stale, lastAt, back });
    if (isGap && !back) on.event({ kind: 'reset', fact: null }); // coming back fetches everything anyway
    if (message.type === 'event') on.event({ kind: message.kind, fact: factOf(message.data) });
    return undefined;
  }

  /** @param {Passed} message */
  function tell(message) {
    take(message);
    channel?.postMessage(message);
  }

  let reading = false;
  const read = async () => {
    if (reading) return;
    reading = true;
    await keepReading(URL_EVENTS, sink, stop.signal);
  };
  /** @type {import('./sse.js').Sink} */
  const sink = {
    onOpen: isResumed => { isOpen = true; tell({ type: 'open', isResumed }); },
    onByte: () => tell({ type: 'byte' }),
    onId: id => tell({ type: 'id', id }),
    onEvent: e => tell({ type: 'event', id: e.id, kind: e.event, data: e.data }),
    onLost: () => { isOpen = false; tell({ type: 'lost' }); },
    onSignedOut: () => { stop.abort(); tell({ type: 'signed_out' }); },
    lastId: () => lastId,
  };

  if (channel) channel.onmessage = event => take(event.data);
  channel?.postMessage({ type: 'hello' });
  if (channel && 'locks' in navigator)
    navigator.locks.request(CHANNEL, { signal: stop.signal }, read).catch(() => { /* the page goes */ });
  else read();

  const timer = setInterval(() => {
    if (stale || Date.now() - lastAt < STALE_MS) return;
    stale = true;
    on.state({ stale, lastAt, back: false });
    read(); // the tab that should be reading may be asleep: do not depend on it
  }, 1000);
  addEventListener('pagehide', () => { clearInterval(timer); stop.abort(); }, { once: true });

  return {
    isStale: () => stale,
    lastAt: () => lastAt,
    /** Tell the other tabs that this browser signed out. */
    signOut() { stop.abort(); channel?.postMessage({ type: 'signed_out' }); },
  };
}

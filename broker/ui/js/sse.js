// @ts-check
// Reads an event stream byte by byte. EventSource would hide the status of a refused connect and the comment lines that
// show the stream is alive; fetch shows both, and takes Last-Event-ID from whoever took over the reading.

/** @typedef {{ id: string, event: string, data: string }} StreamEvent */

/**
 * A parser of text/event-stream: feed it text, it calls back per event, per retry line and per id that stands alone: the
 * exchange sends those at the start and with each beat, so that a quiet stream can be resumed too. A block that was cut
 * off counts for nothing.
 * @param {(event: StreamEvent) => void} onEvent @param {(ms: number) => void} [onRetry] @param {(id: string) => void} [onId]
 */
export function createParser(onEvent, onRetry, onId) {
  let rest = '';
  let id = '';
  let isNewId = false;
  let event = '';
  /** @type {string[]} */
  let data = [];

  /** @param {string} line */
  function take(line) {
    if (line === '') {
      if (data.length > 0 || event !== '') onEvent({ id, event: event || 'message', data: data.join('\n') });
      else if (isNewId) onId?.(id);
      isNewId = false;
      event = '';
      data = [];
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id') { id = value; isNewId = true; }
    else if (field === 'retry' && /^\d+$/.test(value)) onRetry?.(Number(value));
  }

  return (/** @type {string} */ text) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  };
}

/**
 * @typedef {object} Sink
 * @property {(isResumed: boolean) => void} onOpen resumed: goes on after lastId, and what cannot be told comes as a reset
 * @property {() => void} onByte something arrived: the stream is alive
 * @property {(id: string) => void} onId everything up to here was told
 * @property {(event: StreamEvent) => void} onEvent
 * @property {() => void} onLost
 * @property {() => void} onSignedOut
 * @property {() => string} lastId
 */

/** @param {number} ms @param {AbortSignal} signal */
const pause = (ms, signal) => new Promise(done => {
  const timer = setTimeout(done, ms);
  signal.addEventListener('abort', () => { clearTimeout(timer); done(undefined); }, { once: true });
});

/** One connection until it breaks. @param {string} url @param {Sink} sink @param {AbortSignal} signal @param {(ms: number) => void} onRetry */
async function readOnce(url, sink, signal, onRetry) {
  const last = sink.lastId();
  const answer = await fetch(url, {
    headers: { Accept: 'text/event-stream', ...(last ? { 'Last-Event-ID': last } : {}) }, cache: 'no-store', signal,
  });
  if (answer.status === 401) return sink.onSignedOut();
  if (!answer.ok || !answer.body) return undefined;
  sink.onOpen(last !== '');
  const feed = createParser(sink.onEvent, onRetry, sink.onId);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    sink.onByte();
    feed(part.value);
  }
  return undefined;
}

/** Keep a stream open until SIGNAL aborts. @param {string} url @param {Sink} sink @param {AbortSignal} signal */
export async function keepReading(url, sink, signal) {
  let retryMs = 3000;
  while (!signal.aborted) {
    try {
      await readOnce(url, sink, signal, ms => { retryMs = ms; });
    } catch { /* the line broke: told below, tried again */ }
    if (signal.aborted) return;
    sink.onLost();
    // Jitter, so that after a restart of the server not every desk in the country knocks in the same second.
    await pause(retryMs * (0.5 + Math.random()), signal);
  }
}

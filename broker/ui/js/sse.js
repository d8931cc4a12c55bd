// @ts-check
// Reads an event stream byte by byte. EventSource would hide the status of a refused connect and the comment lines that
// show the stream is alive; fetch shows both, and takes Last-Event-ID from whoever took over the reading.

/** @typedef {{ id: string, event: string, data: string }} StreamEvent */

/**
 * A parser of text/event-stream: feed it text, it calls back per event and per retry line.
 * @param {(event: StreamEvent) => void} onEvent @param {(ms: number) => void} [onRetry]
 */
export function createParser(onEvent, onRetry) {
  let rest = '';
  let id = '';
  let event = '';
  /** @type {string[]} */
  let data = [];

  /** @param {string} line */
  function take(line) {
    if (line === '') {
      if (data.length > 0 || event !== '') onEvent({ id, event: event || 'message', data: data.join('\n') });
      event = '';
      data = [];
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id') id = value;
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
 * @property {() => void} onByte something arrived: the stream is alive
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
  sink.onByte();
  const feed = createParser(sink.onEvent, onRetry);
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

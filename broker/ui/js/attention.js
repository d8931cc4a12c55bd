// @ts-check
// Getting somebody's attention: sound, vibration, notification. A browser lets a page make sound only
// after a tap, so it is armed by one. A notification can be read on a locked phone: it never tells more than that there
// is something to look at.

/** @type {AudioContext | null} */
let audio = null;
/** @type {{ stop: () => void } | null} */
let playing = null;

/** Call from a tap. @returns {boolean} whether sound can be made now */
export function armSound() {
  try {
    audio ??= new AudioContext();
    if (audio.state === 'suspended') audio.resume();
    return true;
  } catch {
    return false;
  }
}

export const isArmed = () => audio?.state === 'running';

/** One tone. @param {AudioContext} context @param {number} at seconds @param {number} hertz @param {number} seconds @param {number} volume */
function tone(context, at, hertz, seconds, volume) {
  const source = context.createOscillator();
  const level = context.createGain();
  source.frequency.value = hertz;
  level.gain.setValueAtTime(0, at);
  level.gain.linearRampToValueAtTime(volume, at + 0.02);
  level.gain.linearRampToValueAtTime(0, at + seconds);
  source.connect(level).connect(context.destination);
  source.start(at);
  source.stop(at + seconds);
  return source;
}

/** Two short tones: something was decided. */
export function chime() {
  if (!audio || !isArmed()) return;
  tone(audio, audio.currentTime, 660, 0.18, 0.3);
  tone(audio, audio.currentTime + 0.2, 880, 0.28, 0.3);
}

/** Only after a first tap: before it the browser refuses, and says so in its log. @param {number | number[]} pattern */
function vibrate(pattern) {
  if ('vibrate' in navigator && navigator.userActivation?.hasBeenActive) navigator.vibrate(pattern);
}

/** A call that rises over 20 s, so that it wakes without a fright. Ends by itself or by stopCall(). */
export function startCall() {
  stopCall();
  vibrate([400, 200, 400, 200, 800]);
  if (!audio || !isArmed()) return;
  const context = audio;
  const tones = Array.from({ length: 20 }, (_, i) => [0, 0.25].map((later, k) =>
    tone(context, context.currentTime + i + later, k === 0 ? 784 : 988, 0.22, 0.06 + i * 0.03))).flat();
  playing = { stop: () => tones.forEach(one => { try { one.stop(); } catch { /* over already */ } }) };
}

export function stopCall() {
  playing?.stop();
  playing = null;
  vibrate(0);
}

/** Ask once, from a tap. @returns {Promise<boolean>} */
export async function allowNotifications() {
  if (!('Notification' in globalThis)) return false;
  return await Notification.requestPermission() === 'granted';
}

/** @param {string} text without names or places */
export function notify(text) {
  if (!('Notification' in globalThis) || Notification.permission !== 'granted' || document.visibilityState === 'visible') return;
  try {
    new Notification('Veilige Plek', { body: text, tag: 'plek' });
  } catch { /* Android wants a service worker for this: sound and the call by phone remain */ }
}

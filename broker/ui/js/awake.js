// @ts-check
// A screen that stays on while a shift waits for requests; asked for by a tap at its start.

/** @type {WakeLockSentinel | null} */
let awake = null;

/** Keep the screen on while the page is shown. @returns {Promise<boolean>} */
export async function stayAwake() {
  const hold = async () => {
    if (document.visibilityState === 'visible' && 'wakeLock' in navigator) awake = await navigator.wakeLock.request('screen');
  };
  try {
    await hold();
  } catch {
    return false;
  }
  // The lock is lost each time the page is hidden.
  document.addEventListener('visibilitychange', () => { hold().catch(() => { /* battery saving */ }); });
  return awake !== null;
}

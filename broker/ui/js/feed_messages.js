// @ts-check
// What came by a data connection, apart from the screen: what was understood, and what waits for somebody.

/** @typedef {import('../types/api').MessageHead} MessageHead */

/** Set aside, and not read well since. @param {MessageHead} m */
export const isOpenQuarantine = m => m.outcome === 'quarantined' && m.replay !== 'done';

/** @param {MessageHead} m */
export const isUnderstood = m => m.outcome === 'taken' || m.outcome === 'test';

/** The last one that was understood; a file handed in here is no word of the connection. @param {MessageHead[]} messages newest first */
export const lastUnderstood = messages => messages.find(m => isUnderstood(m) && m.channel !== 'upload') ?? null;

/** A good message came after it: nobody needs to do anything. @param {MessageHead} m @param {MessageHead[]} messages newest first */
export function isOvertaken(m, messages) {
  const good = lastUnderstood(messages);
  return good !== null && good.receivedAt > m.receivedAt;
}

/** The last try to read it again that failed. @param {MessageHead} m @param {MessageHead[]} messages newest first */
export const failedReplay = (m, messages) => messages.find(r => r.replayOf === m.messageId && (r.outcome === 'refused' || r.outcome === 'quarantined')) ?? null;

// @ts-check
// A household that comes back: its answers by the code that it was given.
import { ApiError, problemText } from './api.js';
import { fromNeed } from './need_referral.js';
import { desk, setIntake, state } from './placer_search.js';
import { t } from './text.js';
import { announce } from './ui.js';

/** One search for one household: whom to ring, or which of our own it is. @param {NonNullable<import('../types/api').Problem['search']>} s */
const runsText = s => s.own && s.referralCode ? t('stay.return_own', { code: s.referralCode })
  : t(s.promised ? 'stay.return_promised' : 'stay.return_ring', { name: s.organisation, number: s.callback ?? t('stay.return_no_number') });

/** What was told before, by the code of a household that comes back. @param {string} text */
export async function useCode(text) {
  const code = text.trim().toUpperCase();
  if (code === '') return;
  try {
    const found = await desk.frame.api.ask('/returns', { code });
    if (found.search) {
      state.message = { title: t('stay.return_runs'), text: runsText(found.search) };
      announce(`${t('stay.return_runs')}. ${runsText(found.search)}`);
      desk.frame.draw();
      return;
    }
    setIntake({ ...fromNeed(found.need), returnCode: found.need.returnCode ?? code });
    announce(t('stay.return_found'));
  } catch (error) {
    const text_ = error instanceof ApiError && error.status === 404 ? t('stay.return_unknown') : problemText(error);
    state.message = { title: text_ };
    announce(text_);
    desk.frame.draw();
  }
}

// @ts-check
// The nights of a month as a file. Fetched when somebody asks for it: the first screen is small on a slow line.
import { label } from './codes.js';
import { download, toCsv } from './csv.js';
import { language, t } from './text.js';

/** @param {import('../types/api').Statement} s @param {string} month @param {(code: string | null) => string} townOf */
export function save(s, month, townOf) {
  const head = [t('stay.month'), t('stay.municipality'), t('stay.stream'), t('stay.nights_head'), t('stay.stays_head')];
  download(`${t('stay.statement_file')}_${month}.csv`, toCsv([head, ...s.rows.map(r => [month, townOf(r.municipality), label('fundingStreams', r.stream), r.nights.value, r.stays.value])], language()));
}

// Reporter for `node --test`: one line per test case, the reason under each failure, and a last line
// `counts PASSED FAILED SKIPPED` that scripts/test adds up.
//
// Only leaves are cases. A suite, or a whole file (Node 18 reports files as tests, Node 20 does not), is no case,
// unless it failed although everything in it passed (a hook, or the import of the file). A file in which nothing
// was tested is a failure: it would otherwise be green for ever.
export default async function* report(source) {
  const below = []; // below[n]: events seen at nesting n since their parent last ended
  const failedBelow = [];
  let passed = 0;
  let failed = 0;
  let skipped = 0;

  for await (const { type, data } of source) {
    if (type === 'test:stdout' || type === 'test:stderr') {
      yield data.message.replace(/^/gm, '    | ').replace(/ {4}\| $/, '');
      continue;
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const n = data.nesting;
    const isContainer = (below[n + 1] ?? 0) > 0 || data.details?.type === 'suite';
    const childFailed = (failedBelow[n + 1] ?? 0) > 0;
    below[n + 1] = 0;
    failedBelow[n + 1] = 0;
    below[n] = (below[n] ?? 0) + 1;
    const isFile = n === 0 && !isContainer && /\.test\.m?js$/.test(data.name);

    let word = 'ok';
    if (data.skip !== undefined && data.skip !== false) word = 'skip';
    else if (data.todo !== undefined && data.todo !== false) word = 'skip';
    else if (type === 'test:fail') word = 'not ok';
    else if (isFile) word = 'not ok';
    if (word === 'not ok') failedBelow[n] = (failedBelow[n] ?? 0) + 1;

    const counts = !isContainer || (word === 'not ok' && !childFailed);
    if (counts && word === 'ok') passed++;
    if (counts && word === 'skip') skipped++;
    if (counts && word === 'not ok') failed++;
    if (!counts) continue;
    const ms = Math.round(data.details?.duration_ms ?? 0);
    const why = typeof data.skip === 'string' ? ` # ${data.skip}` : '';
    yield `${word} - ${data.name} (${ms} ms)${why}\n`;
    if (word === 'not ok') yield reason(type, data);
  }
  yield `counts ${passed} ${failed} ${skipped}\n`;
}

function reason(type, data) {
  if (type === 'test:pass') return '    # this file holds no test\n';
  const error = data.details?.error;
  const cause = error?.cause ?? error;
  const text = String(cause?.stack ?? cause?.message ?? cause ?? 'failed');
  return text.split('\n').slice(0, 30).map((line) => `    # ${line}\n`).join('');
}

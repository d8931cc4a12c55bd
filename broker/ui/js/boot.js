// Classic script in <head>: theme and language before the first paint (the policy refuses inline scripts), and an early
// start for the texts, which every page waits for.
(function () {
  var root = document.documentElement;
  /** @param {string} key */
  var stored = function (key) { try { return localStorage.getItem(key); } catch { return null; } };
  var dark = matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = stored('theme') || (dark ? 'night' : 'day');
  root.lang = stored('lang') === 'en' ? 'en' : 'nl';
  var script = document.currentScript;
  if (!(script instanceof HTMLScriptElement)) return;
  var texts = document.createElement('link');
  texts.rel = 'preload';
  texts.as = 'fetch';
  texts.crossOrigin = 'anonymous';
  texts.href = script.src.replace('js/boot.js', 'i18n/' + root.lang + '.json');
  document.head.append(texts);
})();
